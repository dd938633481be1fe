"""Requests from the queue of looks, each handed to the act that looks at what it names, with one line in the log."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from letterhead.http.api import Clock, utc_now
from letterhead.http.event_time import moment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from aws_lambda_powertools import Logger

    from letterhead.domains.reverification import Looked
    from letterhead.http.metrics import Metrics
    from letterhead.identities.looks import LookedIdentities


class LookWorker:
    """`acts` are by what they are asked with; each takes a request, now, and now again where somebody chose it.

    `emulated` lets a message's `time` be its worker's now. `after` is called after every look that ended.
    """

    def __init__(
        self,
        acts: Mapping[type, Callable[[Any, datetime, datetime | None], Looked | LookedIdentities]],
        logger: Logger,
        metrics: Metrics,
        *,
        emulated: bool,
        clock: Clock = utc_now,
        after: Callable[[], None] = lambda: None,
    ) -> None:
        self._acts = acts
        self._logger = logger
        self._metrics = metrics
        self._emulated = emulated
        self._clock = clock
        self._after = after

    def look(self, request: object, message: Mapping[str, object]) -> None:
        """Look at one batch; raises when it has to come again."""
        now = moment(message, self._clock(), emulated=self._emulated)
        chosen = now if self._emulated and "time" in message else None
        looked = self._acts[type(request)](request, now, chosen)
        self._logger.info("looked", extra=asdict(looked))
        self._metrics.passed_over(**{looked.of: looked.unreadable})
        self._after()
