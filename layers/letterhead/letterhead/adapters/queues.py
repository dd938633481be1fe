"""Amazon SQS: requests for mails put onto the outgoing mail queue, and read from it."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from letterhead.adapters.aws_session import boto3_session
from letterhead.identities.confirmation_mailing import MailRequest
from letterhead.identities.exact_sending import VerificationRequest
from letterhead.identities.lapses import LapseRequest
from letterhead.outbox.owner_notice import NoticeRequest
from letterhead.sandbox.mailing import RecipientMailRequest
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from mypy_boto3_sqs import SQSClient

_CONFIRMATION, _NOTICE, _VERIFICATION = "identity_confirmation", "owner_notice", "address_verification"
_LAPSE = "domain_lapse"
_INVITATION = "test_recipient_confirmation"
_BATCH = 10  # SQS API reference, SendMessageBatch
_MOST_DELAY_SECONDS = 900  # the same, DelaySeconds
_CONFIG = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3, "mode": "standard"})


Request = MailRequest | NoticeRequest | VerificationRequest | LapseRequest | RecipientMailRequest


class QueueUnavailableError(UnavailableError):
    """SQS doesn't take the messages, or not all of them."""


class UnreadableMessageError(ValueError):
    """A message on the queue isn't one of ours."""


class OutgoingMailQueue:
    """The queue of mails that are due. Its messages hold ids only."""

    def __init__(self, url: str) -> None:
        self._url = url

    def put(self, requests: Sequence[Request]) -> None:
        """Put all requests onto the queue; raises `QueueUnavailableError` unless every one of them is there.

        Putting them again after that does no harm, for whoever reads them takes a repeated request for one.
        """
        for start in range(0, len(requests), _BATCH):
            self._put_batch(requests[start : start + _BATCH])

    def put_later(self, request: Request, delay: timedelta) -> None:
        """Put one onto the queue that appears after a delay of at most 15 minutes; raises `QueueUnavailableError`."""
        seconds = min(int(delay.total_seconds()), _MOST_DELAY_SECONDS)
        try:
            self._client.send_message(
                QueueUrl=self._url, MessageBody=to_message(request), DelaySeconds=seconds
            )
        except (BotoCoreError, ClientError) as error:
            raise QueueUnavailableError from error

    def _put_batch(self, requests: Sequence[Request]) -> None:
        entries = [
            {"Id": str(position), "MessageBody": to_message(request)}
            for position, request in enumerate(requests)
        ]
        try:
            answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)  # type: ignore[arg-type]
        except (BotoCoreError, ClientError) as error:
            raise QueueUnavailableError from error
        if answer.get("Failed"):
            raise QueueUnavailableError

    @cached_property
    def _client(self) -> SQSClient:
        client: SQSClient = boto3_session().client("sqs", config=_CONFIG)
        return client


def to_message(request: Request) -> str:
    """A request as a message's body."""
    if isinstance(request, NoticeRequest):
        waited = {"waited": True} if request.waited else {}
        return json.dumps(
            {"kind": _NOTICE, "account_id": request.account_id, "event_id": request.event_id, **waited}
        )
    if isinstance(request, LapseRequest):
        return json.dumps({"kind": _LAPSE, "account_id": request.account_id, "domain_id": request.domain_id})
    if isinstance(request, VerificationRequest):
        return json.dumps(
            {
                "kind": _VERIFICATION,
                "account_id": request.account_id,
                "identity_id": request.identity_id,
                "round": request.round,
            }
        )
    if isinstance(request, RecipientMailRequest):
        return json.dumps(
            {
                "kind": _INVITATION,
                "account_id": request.account_id,
                "recipient_id": request.recipient_id,
                "generation": request.generation,
            }
        )
    return json.dumps(
        {
            "kind": _CONFIRMATION,
            "account_id": request.account_id,
            "identity_id": request.identity_id,
            "generation": request.generation,
        }
    )


def from_message(body: str) -> Request:
    """The request in a message's body; raises `UnreadableMessageError`."""
    try:
        message = json.loads(body)
        if message["kind"] == _NOTICE:
            waited = message.get("waited") is True
            return NoticeRequest(str(message["account_id"]), str(message["event_id"]), waited)
        if message["kind"] == _LAPSE:
            return LapseRequest(str(message["account_id"]), str(message["domain_id"]))
        if message["kind"] == _VERIFICATION:
            return VerificationRequest(
                str(message["account_id"]), str(message["identity_id"]), int(message["round"])
            )
        if message["kind"] == _INVITATION:
            return RecipientMailRequest(
                str(message["account_id"]), str(message["recipient_id"]), int(message["generation"])
            )
        if message["kind"] == _CONFIRMATION:
            return MailRequest(
                str(message["account_id"]), str(message["identity_id"]), int(message["generation"])
            )
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableMessageError from error
    raise UnreadableMessageError
