"""Which moment work that nobody's request started takes for now.

A schedule's event carries its `time` (EventBridge user guide, scheduled events). In the emulator alone it is believed, so that
tests can look days ahead; anywhere else now is never later than the clock.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def moment(event: Mapping[str, object], clock: datetime, *, emulated: bool) -> datetime:
    """The event's `time` (RFC 3339, with its offset) in the emulator, if it has one; the clock's otherwise."""
    time = event.get("time")
    if not emulated or not isinstance(time, str):
        return clock
    return datetime.fromisoformat(time).astimezone(UTC)
