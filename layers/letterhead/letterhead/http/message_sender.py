"""Requests from the message queue, each with one line in the log."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from letterhead.http.api import Clock, utc_now
from letterhead.messages.ahead import ReadAhead
from letterhead.messages.departure import Departed
from letterhead.messages.lately import LatelyAccounts, LatelyDomains
from letterhead.messages.pace import Pace
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aws_lambda_powertools import Logger

    from letterhead.messages.ahead import Lists, Messages
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


def ahead(messages: Messages, lists: Lists) -> ReadAhead:
    """Both, read for a batch at once, in real time."""
    return ReadAhead(messages, lists, time.monotonic)


def lately(accounts: AccountsById, domains: DomainsById) -> tuple[LatelyAccounts, LatelyDomains]:
    """Both, remembered for a second of real time."""
    return LatelyAccounts(accounts, time.monotonic), LatelyDomains(domains, time.monotonic)


class MessageSender:
    """Lets the messages of a batch leave. None is begun so late that the function might end while the provider has it.

    `read` makes a request of a record's body; `ahead` reads for all of a batch what each of its messages will need.
    """

    def __init__(
        self,
        read: Callable[[str], DepartureRequest],
        ahead: ReadAhead,
        departures: Departures,
        logger: Logger,
        clock: Clock = utc_now,
    ) -> None:
        self._read = read
        self._ahead = ahead
        self._departures = departures
        self._logger = logger
        self._clock = clock

    def __call__(self, batch: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """Send the messages of a batch of SQS; the answer names those that have to come again (`ReportBatchItemFailures`).

        Of Lambda's `context` the time that is left counts.
        """
        requests: dict[str, DepartureRequest] = {}
        failed = []
        for record in batch["Records"]:
            try:
                requests[record["messageId"]] = self._read(record["body"])
            except ValueError as error:
                self._logger.error(  # noqa: TRY400 - a traceback would quote the record
                    "request failed",
                    extra={"sqs_message": record["messageId"], "error": type(error).__name__},
                )
                failed.append(record["messageId"])
        self._ahead.prepare(list(requests.values()))
        failed += [name for name, request in requests.items() if not self._sends(request, context)]
        return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}

    def _sends(self, request: DepartureRequest, context: Any) -> bool:
        """Let one message leave; False when the request has to come again."""
        line = {"account": request.account_id, "message_id": request.message_id}
        try:
            if context is not None and context.get_remaining_time_in_millis() < NEEDED * 1000:
                raise OutOfTimeError
            became = self._departures.send(request, self._clock())
        except UnavailableError as error:
            self._logger.warning("message waits", extra={**line, "error": type(error).__name__})
            return False
        except Exception as error:  # noqa: BLE001 - a message that can't be sent holds no other one
            # No traceback: an error's text may quote the message, and with it an address.
            self._logger.error("message failed", extra={**line, "error": type(error).__name__})  # noqa: TRY400
            return False
        if became is Departed.PROVIDER_PAUSED:
            # The alarm ProviderRefusalsAlarm counts these lines.
            self._logger.error("message waits", extra={**line, "kind": "provider_refused", "became": became})
        else:
            self._logger.info("message", extra={**line, "became": became})
        return True
