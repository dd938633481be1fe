"""Amazon SQS: requests to let accounts' messages leave, and news of those that were accepted. They hold ids only."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from letterhead.adapters.aws_session import boto3_session
from letterhead.messages.departure import DepartureRequest
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_sqs import SQSClient

    from letterhead.messages.history import AcceptedMessage

_BATCH = 10  # SQS API reference, SendMessageBatch
_CONFIG = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3, "mode": "standard"})


class MessageQueueUnavailableError(UnavailableError):
    """SQS doesn't take the requests, or not all of them."""


class UnreadableDepartureError(ValueError):
    """A message on the queue isn't one of ours."""


class MessageQueue:
    """The queue of messages that are to leave, or the one of events, which news of accepted ones go to."""

    def __init__(self, url: str) -> None:
        self._url = url

    def put(self, requests: Sequence[DepartureRequest | AcceptedMessage]) -> None:
        """Put all requests onto the queue; raises `MessageQueueUnavailableError` unless every one of them is there."""
        for start in range(0, len(requests), _BATCH):
            entries = [
                {"Id": str(position), "MessageBody": json.dumps(request._asdict())}
                for position, request in enumerate(requests[start : start + _BATCH])
            ]
            try:
                answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)  # type: ignore[arg-type]
            except (BotoCoreError, ClientError) as error:
                raise MessageQueueUnavailableError from error
            if answer.get("Failed"):
                raise MessageQueueUnavailableError

    @cached_property
    def _client(self) -> SQSClient:
        client: SQSClient = boto3_session().client("sqs", config=_CONFIG)
        return client


def read_departure(body: str) -> DepartureRequest:
    """The request in a message's body; raises `UnreadableDepartureError`."""
    try:
        message = json.loads(body)
        return DepartureRequest(str(message["account_id"]), str(message["message_id"]))
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableDepartureError from error
