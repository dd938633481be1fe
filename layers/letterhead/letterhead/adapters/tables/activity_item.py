"""An activity as an item of the activity table: under (message, activity), and in one index by domain, day, type and shard.

The index's key spreads a domain's day over several partitions, so that none runs hot; which of them have anything at all is
known from the counts.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from letterhead import identifiers
from letterhead.activity.activity import Activity, ActivityType, day_of
from letterhead.adapters.tables.plain_items import Item, number, text, text_in

SHARDS = 4
BY_PLACE = "by_place"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def place_of(owner: str, day: str, kind: str, shard: int) -> str:
    """A partition of the index."""
    return f"{owner}#{day}#{kind}#{shard}"


def shard_of(identifier: str) -> int:
    """The shard of an id: by its last digit, which is as good as random."""
    return int(identifier[-1], 36) % SHARDS


def microseconds(moment: datetime) -> dict[str, str]:
    """An instant as a number of microseconds since 1970."""
    return number((moment - _EPOCH) // _MICROSECOND)


def moment_in(item: Item, name: str) -> datetime:
    """The instant in an attribute that `microseconds` made."""
    return _EPOCH + int(item[name]["N"]) * _MICROSECOND


def item_of(activity: Activity) -> dict[str, Any]:
    """An activity's item, without what the table itself adds."""
    placed = day_of(activity.placed_at), activity.type.value, shard_of(activity.activity_id[:16])
    item: dict[str, Any] = {
        "message_id": text(activity.message_id),
        "activity_id": text(activity.activity_id),
        "place": text(place_of(activity.domain_id, *placed)),
        "account_id": text(activity.account_id),
        "domain_id": text(activity.domain_id),
        "type": text(activity.type.value),
        "occurred_at": microseconds(activity.occurred_at),
    }
    optional = {
        "identity_id": activity.identity_id,
        "recipient": activity.recipient,
        "subject": activity.subject,
        "from": activity.from_address,
    }
    item |= {name: text(value) for name, value in optional.items() if value}
    if activity.tags:
        item["tags"] = {"L": [text(tag) for tag in activity.tags]}
    if activity.detail:
        item["detail"] = {"M": {name: text(value) for name, value in activity.detail.items()}}
    item |= {name: {"BOOL": True} for name in ("test", "bounce") if getattr(activity, name)}
    return item


def activity_of(item: Item) -> Activity:
    """An item's activity."""
    activity_id = item["activity_id"]["S"]
    return Activity(
        activity_id=activity_id,
        account_id=item["account_id"]["S"],
        domain_id=item["domain_id"]["S"],
        identity_id=text_in(item, "identity_id"),
        message_id=item["message_id"]["S"],
        recipient=text_in(item, "recipient"),
        type=ActivityType(item["type"]["S"]),
        occurred_at=moment_in(item, "occurred_at"),
        placed_at=identifiers.made_at(activity_id[:16]),
        subject=text_in(item, "subject") or "",
        from_address=text_in(item, "from") or "",
        tags=tuple(tag["S"] for tag in item.get("tags", {"L": []})["L"]),
        detail={name: value["S"] for name, value in item.get("detail", {"M": {}})["M"].items()},
        test="test" in item,
        bounce="bounce" in item,
    )
