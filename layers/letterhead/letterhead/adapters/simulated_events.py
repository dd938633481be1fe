"""Amazon SQS: the events of messages that nobody gets, put where those of SES come in, in SES's own form.

So a test token's mail goes the whole way: activity, counts, suppressions and webhooks don't know the difference. The form is
that of "Contents of event data that Amazon SES publishes to Amazon SNS" in SES's developer guide.
"""

from __future__ import annotations

import json
from datetime import UTC
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from letterhead.adapters.aws_session import boto3_session
from letterhead.messages.departure import NotTakenError
from letterhead.messages.outcome import Outcome, outcome_for
from letterhead.messages.tags import tags_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mypy_boto3_sqs import SQSClient

    from letterhead.messages.draft import Mailbox
    from letterhead.messages.message import Message

_BATCH = 10  # SQS API reference, SendMessageBatch
_CONFIG = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3, "mode": "standard"})


class SimulatedEvents:
    """Plays the provider for test tokens. Playing a message twice gives the same events twice, which count once."""

    def __init__(self, queue_url: str) -> None:
        self._url = queue_url

    def play(self, message: Message, now: datetime) -> str:
        """Let a message's events come and answer the id that it has there. Raises `NotTakenError`."""
        events = [json.dumps(event) for event in _events(message)]
        for start in range(0, len(events), _BATCH):
            entries = [
                {"Id": str(position), "MessageBody": body}
                for position, body in enumerate(events[start : start + _BATCH])
            ]
            try:
                answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)  # type: ignore[arg-type]
            except (BotoCoreError, ClientError) as error:
                raise NotTakenError from error
            if answer.get("Failed"):
                raise NotTakenError
        return _id(message)

    @cached_property
    def _client(self) -> SQSClient:
        client: SQSClient = boto3_session().client("sqs", config=_CONFIG)
        return client


def _id(message: Message) -> str:
    return f"test-{message.message_id}"


def _events(message: Message) -> Iterator[dict[str, Any]]:
    """In the order of their happening; all bear the message's own instant, so that a repetition is no news."""
    mail = _mail(message)
    at = mail["timestamp"]
    yield {"eventType": "Send", "mail": mail, "send": {}}
    for box in message.draft.recipients:
        address = box.address.deliverable
        match outcome_for(box):
            case Outcome.BOUNCED:
                yield {
                    "eventType": "Bounce",
                    "mail": mail,
                    "bounce": {
                        "feedbackId": f"{_id(message)}-{address}",
                        "bounceType": "Permanent",
                        "bounceSubType": "General",
                        "bouncedRecipients": [
                            {
                                "emailAddress": address,
                                "action": "failed",
                                "status": "5.1.1",
                                "diagnosticCode": "smtp; 550 5.1.1 simulated: no such user",
                            }
                        ],
                        "timestamp": at,
                    },
                }
            case Outcome.COMPLAINED:
                yield _delivery(mail, box)
                yield {
                    "eventType": "Complaint",
                    "mail": mail,
                    "complaint": {
                        "feedbackId": f"{_id(message)}-{address}",
                        "complainedRecipients": [{"emailAddress": address}],
                        "complaintFeedbackType": "abuse",
                        "timestamp": at,
                    },
                }
            case Outcome.DELIVERED:
                yield _delivery(mail, box)


def _delivery(mail: dict[str, Any], box: Mailbox) -> dict[str, Any]:
    return {
        "eventType": "Delivery",
        "mail": mail,
        "delivery": {
            "timestamp": mail["timestamp"],
            "recipients": [box.address.deliverable],
            "processingTimeMillis": 0,
            "smtpResponse": "250 2.0.0 simulated",
        },
    }


def _mail(message: Message) -> dict[str, Any]:
    at = message.created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    return {
        "timestamp": at,
        "messageId": _id(message),
        "source": message.from_address,
        "destination": [box.address.deliverable for box in message.draft.recipients],
        "commonHeaders": {"from": [message.from_address], "subject": message.draft.subject},
        "tags": {name: [value] for name, value in tags_of(message).items()},
    }
