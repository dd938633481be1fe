"""Amazon SQS: events on their way to endpoints. Messages hold ids, kinds and moments, never what an event says.

An endpoint is its messages' group (SQS developer guide, "Amazon SQS fair queues"): while one endpoint has many of them, or they
take long, the others' go first.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from letterhead.adapters.aws_session import boto3_session
from letterhead.unavailable import UnavailableError
from letterhead.values import value_type
from letterhead.webhooks.delivery import Attempt, Cause, EventKey, Job, Source
from letterhead.webhooks.endpoint import Subject
from letterhead.webhooks.fan_out import Announcement
from letterhead.webhooks.replaying import ReplayRequest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mypy_boto3_sqs import SQSClient

_BATCH = 10  # SQS API reference, SendMessageBatch
_CONFIG = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3, "mode": "standard"})


class WebhookQueueUnavailableError(UnavailableError):
    """SQS doesn't take the messages, or not all of them."""


class UnreadableWebhookMessageError(ValueError):
    """A message isn't one of ours."""


@value_type
class Look:
    """A request to look whether an endpoint is to be warned of or given up."""

    account_id: str
    endpoint_id: str
    gone: bool
    now: datetime | None = None


class _Queue:
    def __init__(self, url: str) -> None:
        self._url = url

    def _put(self, entries: Sequence[Mapping[str, Any]]) -> None:
        for start in range(0, len(entries), _BATCH):
            batch: Any = [
                {"Id": str(position), **entry}
                for position, entry in enumerate(entries[start : start + _BATCH])
            ]
            try:
                answer = self._client.send_message_batch(QueueUrl=self._url, Entries=batch)
            except (BotoCoreError, ClientError) as error:
                raise WebhookQueueUnavailableError from error
            if answer.get("Failed"):
                raise WebhookQueueUnavailableError

    @cached_property
    def _client(self) -> SQSClient:
        client: SQSClient = boto3_session().client("sqs", config=_CONFIG)
        return client


class JobQueue(_Queue):
    """Attempts that are due; satisfies `letterhead.webhooks.fan_out.Jobs`."""

    def put(self, jobs: Sequence[Job], *, delay_seconds: int = 0) -> None:
        """Put all of them; raises `WebhookQueueUnavailableError` unless every one is there."""
        self._put(
            [
                {
                    "MessageBody": job_message(job),
                    "MessageGroupId": job.endpoint_id,
                    "DelaySeconds": delay_seconds,
                }
                for job in jobs
            ]
        )


class WebhookEventQueue(_Queue):
    """Events that somebody may want to be told of, endpoints to be looked at, and replays."""

    def announce(self, events: Sequence[Announcement]) -> None:
        """Put all events; raises `WebhookQueueUnavailableError` unless every one is there."""
        self._put(
            [
                {"MessageBody": announcement_message(event), "MessageGroupId": event.key.account_id}
                for event in events
            ]
        )

    def ask(self, account_id: str, endpoint_id: str, *, gone: bool, now: datetime | None) -> None:
        """Have an endpoint looked at; satisfies `letterhead.webhooks.delivering.Judges`."""
        message = {
            "kind": "look",
            "account": account_id,
            "endpoint": endpoint_id,
            "gone": gone,
            "time": _text(now),
        }
        self._put([{"MessageBody": json.dumps(message), "MessageGroupId": account_id}])

    def ask_replay(self, request: ReplayRequest) -> None:
        """Have a replay carried out; satisfies `letterhead.webhooks.replaying.ReplayQueue`."""
        message = {
            "kind": "replay",
            "account": request.account_id,
            "endpoint": request.endpoint_id,
            "since": _text(request.since),
            "until": _text(request.until),
            "only_failed": request.only_failed,
            "after": request.after,
        }
        self._put([{"MessageBody": json.dumps(message), "MessageGroupId": request.account_id}])


def job_message(job: Job) -> str:
    """An attempt that is due, as a message's body."""
    carried = job.carried
    return json.dumps(
        {
            "account": job.account_id,
            "endpoint": job.endpoint_id,
            "delivery": job.delivery_id,
            "event": job.event_id,
            "source": job.source,
            "count": job.count,
            "round": job.round,
            "carried": carried
            and [
                _text(carried.at),
                carried.milliseconds,
                carried.status,
                carried.cause,
                carried.detail,
                carried.answer,
            ],
            "time": _text(job.now),
        }
    )


def read_job(body: str) -> Job:
    """The attempt in a message's body; raises `UnreadableWebhookMessageError`."""
    try:
        message = json.loads(body)
        return Job(
            account_id=str(message["account"]),
            endpoint_id=str(message["endpoint"]),
            delivery_id=str(message["delivery"]),
            event_id=str(message["event"]),
            source=Source(message["source"]),
            count=int(message["count"]),
            round=int(message["round"]),
            carried=_attempt(message["carried"]),
            now=_moment(message.get("time")),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableWebhookMessageError from error


def announcement_message(event: Announcement) -> str:
    """An event as a message's body."""
    return json.dumps(
        {
            "kind": "event",
            "account": event.key.account_id,
            "event": event.key.event_id,
            "source": event.key.source,
            "type": event.subject.type,
            "domain": event.subject.domain_id,
            "identity": event.subject.identity_id,
            "at": _text(event.occurred_at),
            "about": event.about,
        }
    )


def read_event_message(body: str) -> Announcement | Look | ReplayRequest:
    """What is in a message of the event queue; raises `UnreadableWebhookMessageError`."""
    try:
        message = json.loads(body)
        account, kind = str(message["account"]), message["kind"]
        if kind == "look":
            return Look(account, str(message["endpoint"]), bool(message["gone"]), _moment(message["time"]))
        if kind == "replay":
            return ReplayRequest(
                account,
                str(message["endpoint"]),
                datetime.fromisoformat(message["since"]),
                datetime.fromisoformat(message["until"]),
                bool(message["only_failed"]),
                message["after"],
            )
        if kind == "event":
            return Announcement(
                EventKey(account, str(message["event"]), Source(message["source"])),
                Subject(str(message["type"]), message["domain"], message["identity"]),
                datetime.fromisoformat(message["at"]),
                message["about"],
            )
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableWebhookMessageError from error
    raise UnreadableWebhookMessageError


def _attempt(row: list[Any] | None) -> Attempt | None:
    if row is None:
        return None
    at, milliseconds, status, cause, detail, answer = row
    return Attempt(
        datetime.fromisoformat(at),
        milliseconds,
        status,
        None if cause is None else Cause(cause),
        detail,
        answer,
    )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
