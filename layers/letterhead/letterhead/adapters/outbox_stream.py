"""The outbox table's stream (DynamoDB Streams): which new events accounts' owners and their endpoints are told of, and which
concern a domain's right to send."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from letterhead.identities.lapses import LapseRequest
from letterhead.outbox.event import EventType
from letterhead.outbox.owner_notice import TOLD, NoticeRequest
from letterhead.webhooks.delivery import EventKey
from letterhead.webhooks.endpoint import Subject
from letterhead.webhooks.fan_out import Announcement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# After any of these a domain may send that didn't, or doesn't that did.
_RIGHT_TO_SEND = frozenset(
    {
        EventType.DOMAIN_VERIFIED,
        EventType.DOMAIN_SENDING_STOPPED,
        EventType.DOMAIN_OWNERSHIP_LOST,
        EventType.DOMAIN_SENDING_PAUSED,
        EventType.DOMAIN_SENDING_RESUMED,
    }
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ABOUT_ENDPOINTS = frozenset({EventType.WEBHOOK_FAILING, EventType.WEBHOOK_DISABLED})


def notice_requests(records: Sequence[Mapping[str, Any]]) -> list[NoticeRequest]:
    """A request for each new event of a kind that owners are told of; other tables' records ask for nothing."""
    return [
        NoticeRequest(image["account_id"]["S"], image["event_id"]["S"])
        for image in _new_events(records)
        if image["type"]["S"] in TOLD
    ]


def lapse_requests(records: Sequence[Mapping[str, Any]]) -> list[LapseRequest]:
    """A request for each domain whose right to send may have changed."""
    found = (
        LapseRequest(image["account_id"]["S"], image["domain_id"]["S"])
        for image in _new_events(records)
        if image["type"]["S"] in _RIGHT_TO_SEND and "domain_id" in image
    )
    return list(dict.fromkeys(found))


def announcements(records: Sequence[Mapping[str, Any]]) -> list[Announcement]:
    """Each new event for the endpoints that want it; a test has its delivery already."""
    return [
        _announcement(image) for image in _new_events(records) if image["type"]["S"] != EventType.WEBHOOK_TEST
    ]


def _new_events(records: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    images = (record["dynamodb"].get("NewImage", {}) for record in records if record["eventName"] == "INSERT")
    return (image for image in images if "event_id" in image)


def _announcement(image: Mapping[str, Any]) -> Announcement:
    kind = image["type"]["S"]
    about = json.loads(image["data"]["S"])["webhook_id"] if kind in _ABOUT_ENDPOINTS else None
    return Announcement(
        EventKey(image["account_id"]["S"], image["event_id"]["S"]),
        Subject(kind, _text(image, "domain_id"), _text(image, "identity_id")),
        _EPOCH + timedelta(microseconds=int(image["occurred_at"]["N"])),
        about,
    )


def _text(image: Mapping[str, Any], name: str) -> str | None:
    found: str | None = image.get(name, {}).get("S")
    return found
