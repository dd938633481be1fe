"""The outbox table's stream (DynamoDB Streams): which new events the accounts' owners are told of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from letterhead.outbox.owner_notice import TOLD, NoticeRequest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def notice_requests(records: Sequence[Mapping[str, Any]]) -> list[NoticeRequest]:
    """A request for each new event of a kind that owners are told of; other tables' records ask for nothing."""
    images = (record["dynamodb"].get("NewImage", {}) for record in records if record["eventName"] == "INSERT")
    return [
        NoticeRequest(image["account_id"]["S"], image["event_id"]["S"])
        for image in images
        if "event_id" in image and image["type"]["S"] in TOLD
    ]
