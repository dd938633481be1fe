"""Amazon SQS: requests to look at domains and identities again, put onto their queue and read from it."""

from __future__ import annotations

import json
import math
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from letterhead.adapters.aws_session import boto3_session
from letterhead.domains.provider_status import ProviderCheck, ProviderStatus
from letterhead.domains.watch import LookRequest, Stretch
from letterhead.identities.watch import IdentityLookRequest
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from mypy_boto3_sqs import SQSClient

_KIND, _IDENTITY_KIND = "domain_looks", "identity_looks"
_BATCH = 10  # SQS API reference, SendMessageBatch
_MOST_DELAY_SECONDS = 900  # the same, DelaySeconds
_WAITING = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
_CONFIG = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3, "mode": "standard"})


class UnreadableLookError(ValueError):
    """A message on the queue isn't one of ours."""


class DomainLookQueue:
    """The queue of looks that are due. Its messages hold ids, and the provider's word on them."""

    def __init__(self, url: str) -> None:
        self._url = url

    def put(self, requests: Sequence[LookRequest | IdentityLookRequest], time: datetime | None) -> None:
        """Put all requests onto the queue; raises `UnavailableError` unless every one of them is there."""
        for start in range(0, len(requests), _BATCH):
            entries: list[Any] = [
                {"Id": str(position), "MessageBody": to_message(request, time)}
                for position, request in enumerate(requests[start : start + _BATCH])
            ]
            answer = self._call("send_message_batch", Entries=entries)
            if answer.get("Failed"):
                raise UnavailableError

    def put_later(self, request: LookRequest, delay: timedelta, time: datetime | None) -> None:
        """Put one onto it that appears after a delay of at most 15 minutes; raises `UnavailableError`."""
        seconds = min(math.ceil(delay.total_seconds()), _MOST_DELAY_SECONDS)
        self._call("send_message", MessageBody=to_message(request, time), DelaySeconds=seconds)

    def is_empty(self) -> bool:
        """Whether nothing waits or is under way, as far as SQS knows, whatever is still to appear; raises `UnavailableError`."""
        counts = self._call("get_queue_attributes", AttributeNames=list(_WAITING))["Attributes"]
        return all(int(counts[name]) == 0 for name in _WAITING)

    def _call(self, operation: str, **parameters: Any) -> Any:
        try:
            return getattr(self._client, operation)(QueueUrl=self._url, **parameters)
        except (BotoCoreError, ClientError) as error:
            raise UnavailableError from error

    @cached_property
    def _client(self) -> SQSClient:
        client: SQSClient = boto3_session().client("sqs", config=_CONFIG)
        return client


def to_message(request: LookRequest | IdentityLookRequest, time: datetime | None) -> str:
    """A request as a message's body. `time` is what its worker is to take for now, if that isn't the clock."""
    message: dict[str, object] = {
        "kind": _IDENTITY_KIND if isinstance(request, IdentityLookRequest) else _KIND,
        "stretches": [[one.slot, one.first, one.last] for one in request.stretches],
    }
    if isinstance(request, LookRequest):
        message["said"] = {
            domain_id: None if status is None else [status.dkim, status.mail_from, status.sending]
            for domain_id, status in request.said.items()
        }
    if time is not None:
        message["time"] = time.isoformat()
    return json.dumps(message, separators=(",", ":"))


def from_message(body: str) -> tuple[LookRequest | IdentityLookRequest, Mapping[str, object]]:
    """The request in a message's body, and the message, which may have a `time`; raises `UnreadableLookError`."""
    try:
        message = json.loads(body)
        kind = message["kind"]
        stretches = tuple(
            Stretch(str(slot), str(first), str(last)) for slot, first, last in message["stretches"]
        )
        if kind == _IDENTITY_KIND:
            return IdentityLookRequest(stretches), message
        if kind != _KIND:
            raise UnreadableLookError
        said = {str(domain_id): _status(status) for domain_id, status in message["said"].items()}
        return LookRequest(stretches, said), message
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UnreadableLookError from error


def _status(said: Sequence[Any] | None) -> ProviderStatus | None:
    if said is None:
        return None
    dkim, mail_from, sending = said
    return ProviderStatus(ProviderCheck(dkim), ProviderCheck(mail_from), sending=bool(sending))
