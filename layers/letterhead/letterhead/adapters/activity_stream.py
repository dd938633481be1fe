"""The activity table's stream (DynamoDB Streams): which new activities endpoints may want to be told of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from letterhead.webhooks.delivery import EventKey, Source
from letterhead.webhooks.endpoint import Subject
from letterhead.webhooks.event_names import ACTIVITY
from letterhead.webhooks.fan_out import Announcement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def activity_announcements(records: Sequence[Mapping[str, Any]]) -> list[Announcement]:
    """Each new activity; other tables' records, and what is only counted now, are none."""
    images = (record["dynamodb"].get("NewImage", {}) for record in records if record["eventName"] == "INSERT")
    return [_announcement(image) for image in images if "activity_id" in image]


def _announcement(image: Mapping[str, Any]) -> Announcement:
    return Announcement(
        EventKey(image["account_id"]["S"], image["activity_id"]["S"], Source.ACTIVITY),
        Subject(
            f"{ACTIVITY}{image['type']['S']}", image["domain_id"]["S"], image.get("identity_id", {}).get("S")
        ),
        _EPOCH + timedelta(microseconds=int(image["occurred_at"]["N"])),
    )
