"""One batch of messages with mail events: each is taken in by itself, and those that have to come again are named."""

from __future__ import annotations

import math
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from letterhead.http.api import Clock, utc_now
from letterhead.mail_events.intake import OutOfTimeError
from letterhead.messages.history import AcceptedMessage
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aws_lambda_powertools import Logger

    from letterhead.mail_events.event import MailEvent
    from letterhead.mail_events.intake import Intake
    from letterhead.messages.history import AcceptanceNotes


# Seconds left for the recipient at work and the answer.
ENDING = 5


class MailEventBatch:
    """`read` makes an event of a message's body, or None of what isn't one; `intake` takes in what SES tells, and `acceptances`
    what we tell ourselves.

    `count_unknown` is told how many events of a batch were of a kind that isn't known.
    """

    def __init__(
        self,
        read: Callable[[str], MailEvent | AcceptedMessage | None],
        intake: Intake,
        acceptances: AcceptanceNotes,
        logger: Logger,
        count_unknown: Callable[[int], None],
        clock: Clock = utc_now,
    ) -> None:
        self._read = read
        self._intake = intake
        self._acceptances = acceptances
        self._logger = logger
        self._count_unknown = count_unknown
        self._clock = clock

    def __call__(self, batch: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """Take in a batch of SQS; the answer names the messages that have to come again (`ReportBatchItemFailures`).

        What the function's time doesn't suffice for comes again, too: running out of it would bring all of them again.
        """
        ends_at = math.inf
        if context is not None:
            ends_at = time.monotonic() + context.get_remaining_time_in_millis() / 1000 - ENDING

        def may_go_on() -> bool:
            return time.monotonic() < ends_at

        became: Counter[str] = Counter()
        unknown: Counter[str] = Counter()
        failures = []
        for record in batch["Records"]:
            try:
                if not may_go_on():
                    raise OutOfTimeError
                self._take_one(record["body"], became, unknown, may_go_on)
            except UnavailableError as error:
                self._logger.warning(
                    "event waits", extra={"sqs_message": record["messageId"], "error": type(error).__name__}
                )
                failures.append({"itemIdentifier": record["messageId"]})
            except Exception as error:  # noqa: BLE001 - a message that can't be taken in harms no other one
                # No traceback: an error's text may quote the message, and with it an address.
                self._logger.error(  # noqa: TRY400
                    "event failed", extra={"sqs_message": record["messageId"], "error": type(error).__name__}
                )
                failures.append({"itemIdentifier": record["messageId"]})
        if unknown:
            self._count_unknown(sum(unknown.values()))
            self._logger.warning("unknown events", extra={"kinds": dict(unknown)})
        self._logger.info("events", extra={**became, "failed": len(failures)})
        return {"batchItemFailures": failures}

    def _take_one(
        self, body: str, became: Counter[str], unknown: Counter[str], may_go_on: Callable[[], bool]
    ) -> None:
        event = self._read(body)
        if event is None:
            became["about_the_topic"] += 1
            return
        if isinstance(event, AcceptedMessage):
            known = self._acceptances.note(event, self._clock())
            became["accepted" if known else "forgotten"] += 1
            return
        taken = self._intake.take(event, self._clock(), may_go_on)
        became[taken.became.value] += 1
        if not taken.known:
            unknown[f"{event.name} {event.kind} {event.sub_kind}"[:100].rstrip()] += 1
