"""The messages table's stream (DynamoDB Streams): which messages are new, and which are to leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from letterhead.messages.departure import DepartureRequest
from letterhead.messages.history import AcceptedMessage
from letterhead.messages.message import MessageStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_QUEUED = MessageStatus.QUEUED.value
_WAITED = frozenset({MessageStatus.SCHEDULED.value, MessageStatus.WAITING.value})


def departure_requests(records: Sequence[Mapping[str, Any]]) -> list[DepartureRequest]:
    """A request for each message that came as queued, or became so after waiting; other tables' records ask for nothing.

    The records need both images. One that the provider didn't take becomes queued too, and asks for nothing here: the request
    that tried is still in the queue.
    """
    return [
        DepartureRequest(image["account_id"]["S"], image["message_id"]["S"])
        for record in records
        if _asks(image := record["dynamodb"].get("NewImage", {}), record["dynamodb"].get("OldImage"))
    ]


def accepted_messages(records: Sequence[Mapping[str, Any]]) -> list[AcceptedMessage]:
    """Each new message; other tables' records are none."""
    images = (record["dynamodb"].get("NewImage", {}) for record in records if record["eventName"] == "INSERT")
    return [
        AcceptedMessage(image["account_id"]["S"], image["message_id"]["S"])
        for image in images
        if "message_id" in image and "draft" in image
    ]


def _asks(image: Mapping[str, Any], before: Mapping[str, Any] | None) -> bool:
    if "message_id" not in image or image.get("status", {}).get("S") != _QUEUED:
        return False
    return before is None or before.get("status", {}).get("S") in _WAITED
