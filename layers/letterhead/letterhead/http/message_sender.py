"""Requests from the message queue, each with one line in the log."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from letterhead.http.api import Clock, utc_now
from letterhead.messages.lately import LatelyAccounts, LatelyDomains
from letterhead.messages.pace import Pace
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

    from letterhead.messages.departure import DepartureRequest, Departures
    from letterhead.messages.lately import AccountsById, DomainsById
    from letterhead.messages.pace import SendRate


# Seconds. With half a gigabyte's part of a core a mail of 25 MB takes six to be written and handed over, beside what AWS takes.
NEEDED = 15


class OutOfTimeError(UnavailableError):
    """The function would end before the message has left."""


def paced(rate: SendRate, environments: int) -> Pace:
    """The pace of this environment, in real time."""
    return Pace(rate, environments, time.monotonic, time.sleep)


def lately(accounts: AccountsById, domains: DomainsById) -> tuple[LatelyAccounts, LatelyDomains]:
    """Both, remembered for a second of real time."""
    return LatelyAccounts(accounts, time.monotonic), LatelyDomains(domains, time.monotonic)


class MessageSender:
    """Lets messages leave. None is begun so late that the function might end while the provider has it."""

    def __init__(self, departures: Departures, logger: Logger, clock: Clock = utc_now) -> None:
        self._departures = departures
        self._logger = logger
        self._clock = clock

    def send(self, request: DepartureRequest, context: Any) -> None:
        """Let one message leave; raises `UnavailableError` when the request has to come again. Of Lambda's `context` the time
        that is left counts."""
        line = {"account": request.account_id, "message_id": request.message_id}
        try:
            if context is not None and context.get_remaining_time_in_millis() < NEEDED * 1000:
                raise OutOfTimeError
            became = self._departures.send(request, self._clock())
        except UnavailableError as error:
            self._logger.warning("message waits", extra={**line, "error": type(error).__name__})
            raise
        self._logger.info("message", extra={**line, "became": became})
