"""The outbox table's stream (DynamoDB Streams): which new events accounts' owners are told of, and which concern a domain's
right to send."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from letterhead.identities.lapses import LapseRequest
from letterhead.outbox.event import EventType
from letterhead.outbox.owner_notice import TOLD, NoticeRequest

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


def _new_events(records: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    images = (record["dynamodb"].get("NewImage", {}) for record in records if record["eventName"] == "INSERT")
    return (image for image in images if "event_id" in image)
