"""How values are written in items."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from pynamodb.attributes import Attribute
from pynamodb.constants import NUMBER, STRING

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(moment: datetime) -> int:
    """An instant in microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


class Moment(Attribute[datetime]):
    """An instant as RFC 3339 in UTC with six decimals: readable, exact, and sorted as text."""

    attr_type = STRING

    def serialize(self, value: datetime) -> str:
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def deserialize(self, value: Any) -> datetime:
        return datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%f%z")


class Instant(Attribute[datetime]):
    """An instant as microseconds since 1970: as exact as `Moment` in a third of its bytes, for items read by the page."""

    attr_type = NUMBER

    def serialize(self, value: datetime) -> str:
        return str(microseconds(value))

    def deserialize(self, value: Any) -> datetime:
        return _EPOCH + int(value) * _MICROSECOND


class Day(Attribute[date]):
    """A day as RFC 3339 writes it: `2026-06-14`."""

    attr_type = STRING

    def serialize(self, value: date) -> str:
        return value.isoformat()

    def deserialize(self, value: Any) -> date:
        return date.fromisoformat(value)
