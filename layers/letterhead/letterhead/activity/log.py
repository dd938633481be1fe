"""Recording an activity so that it is counted exactly once, and reading what was recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from letterhead.activity.activity import Activity, ActivityType
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


@value_type
class Recording:
    """Where an activity stands in a book.

    `settled`: it was recorded before, and everything that follows from it was done and counted.
    """

    book: str
    entry: int
    settled: bool


class ActivityLog(Protocol):
    """Where activities are recorded.

    Between `record` and `settle` a caller does what follows from the activity, in a way that may be repeated; whoever brings
    the same activity again after a break is told that it isn't settled, and does it again.
    """

    def record(self, activity: Activity, now: datetime) -> Recording:
        """Store an activity unless it is there. Raises `UnavailableError`."""

    def settle(self, activity: Activity, recording: Recording) -> None:
        """Count a recorded activity, unless it is counted. Raises `UnavailableError`."""


@value_type
class ActivityQuery:
    """A domain's activities of these types, newest first, from `since` on and before `until`.

    `after` is the id of the activity behind which the page begins; `skipped` are passed over.
    """

    domain_id: str
    since: datetime
    until: datetime
    types: frozenset[ActivityType] = frozenset(ActivityType)
    size: int = 25
    skipped: int = 0
    after: str | None = None


class ActivityHistory(Protocol):
    """Where activities are read."""

    def page(self, query: ActivityQuery, now: datetime) -> Sequence[Activity]:
        """At most `size` activities."""

    def by_id(self, account_id: str, activity_id: str, now: datetime) -> Activity | None:
        """The account's activity of that id, or None."""

    def of_message(self, account_id: str, message_id: str, now: datetime) -> Sequence[Activity]:
        """All activities of an account's message that are still kept, in order."""
