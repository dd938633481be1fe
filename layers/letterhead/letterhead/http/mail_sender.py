"""Requests from the outgoing mail queue, each handed to the act that sends such a mail, with one line in the log."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from letterhead.http.api import Clock, utc_now
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aws_lambda_powertools import Logger


class MailSender:
    """`acts` maps each kind of request, a dataclass of ids, to the act that sends its mail and says what became of it."""

    def __init__(
        self, acts: Mapping[type, Callable[[Any, Any], str]], logger: Logger, clock: Clock = utc_now
    ) -> None:
        self._acts = acts
        self._logger = logger
        self._clock = clock

    def send(self, request: Any) -> None:
        """Send one mail; raises `UnavailableError` when the request has to come again."""
        line = asdict(request)
        try:
            became = self._acts[type(request)](request, self._clock())
        except UnavailableError as error:
            self._logger.warning("mail waits", extra={**line, "error": type(error).__name__})
            raise
        self._logger.info("mail request", extra={**line, "became": became})
