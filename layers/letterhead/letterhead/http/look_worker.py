"""Requests from the queue of looks, each handed to the act that looks at its domains, with one line in the log."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from letterhead.http.api import Clock, utc_now
from letterhead.http.event_time import moment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools import Logger

    from letterhead.domains.reverification import Reverification
    from letterhead.domains.watch import LookRequest


class LookWorker:
    """`emulated` lets a message's `time` be its worker's now."""

    def __init__(
        self, reverification: Reverification, logger: Logger, *, emulated: bool, clock: Clock = utc_now
    ) -> None:
        self._reverification = reverification
        self._logger = logger
        self._emulated = emulated
        self._clock = clock

    def look(self, request: LookRequest, message: Mapping[str, object]) -> None:
        """Look at one batch; raises when it has to come again."""
        now = moment(message, self._clock(), emulated=self._emulated)
        chosen = now if self._emulated and "time" in message else None
        looked = self._reverification.look(request, now, chosen)
        self._logger.info("looked", extra=asdict(looked))
