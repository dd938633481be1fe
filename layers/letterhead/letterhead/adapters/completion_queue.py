"""Amazon SQS: requests to go on with a registration or a deletion that stopped half-way."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from letterhead.adapters.aws_session import boto3_session
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_KIND = "domain_completion"
# What failed just now hardly goes at once.
_DELAY_SECONDS = 5
LOOK_BACK_SECONDS = 300
"""Longer than any function runs that makes identities at SES."""
_CONFIG = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2, "mode": "standard"})


class UnreadableRequestError(ValueError):
    """A message on the queue isn't one of ours."""


class CompletionQueue:
    """The queue of domains that somebody has to go on with. Its messages hold ids, and the name where it matters."""

    def __init__(self, url: str) -> None:
        self._url = url

    def ask(self, account_id: str, domain_id: str, name: str | None = None) -> None:
        """Have a domain's registration or deletion completed later; raises `UnavailableError`."""
        self._send(account_id, domain_id, name, _DELAY_SECONDS)

    def look_back(self, account_id: str, domain_id: str, name: str) -> None:
        """Have SES looked at for a domain that is gone by then; raises `UnavailableError`."""
        self._send(account_id, domain_id, name, LOOK_BACK_SECONDS)

    def wait(self, receipt_handle: str, seconds: int) -> None:
        """Have a message that was received come back after so many seconds; raises `UnavailableError`."""
        try:
            self._client.change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
            )
        except (BotoCoreError, ClientError) as error:
            raise UnavailableError from error

    def _send(self, account_id: str, domain_id: str, name: str | None, delay: int) -> None:
        named = {} if name is None else {"name": name}
        body = json.dumps({"kind": _KIND, "account_id": account_id, "domain_id": domain_id, **named})
        try:
            self._client.send_message(QueueUrl=self._url, MessageBody=body, DelaySeconds=delay)
        except (BotoCoreError, ClientError) as error:
            raise UnavailableError from error

    @cached_property
    def _client(self) -> SQSClient:
        client: SQSClient = boto3_session().client("sqs", config=_CONFIG)
        return client


def read_request(body: str) -> tuple[str, str, str | None]:
    """The account's and the domain's id in a message's body, and the domain's name if it is there; raises
    `UnreadableRequestError`."""
    try:
        message = json.loads(body)
        if message["kind"] != _KIND:
            raise UnreadableRequestError
        name = message.get("name")
        return str(message["account_id"]), str(message["domain_id"]), None if name is None else str(name)
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableRequestError from error
