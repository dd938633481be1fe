"""The activity table: recording activities.

An activity costs 2 WRU, its index included, and 1 more to be counted, as long as it has at most 1 KB. It bears the book and the
entry by which it is counted, so that whoever meets it again can finish what broke off.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from letterhead.activity.log import Recording
from letterhead.adapters.tables.activity_item import item_of
from letterhead.adapters.tables.plain_items import ConditionFailedError, call, number, text

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from letterhead.activity.activity import Activity
    from letterhead.adapters.tables.counts import CountTable

_BOOK_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_BOOK_LENGTH = 6


class ActivityTable:
    """Where activities are recorded; one instance keeps one book at a time, and is no more than one thread's."""

    def __init__(self, table_name: str, counts: CountTable, retention: timedelta) -> None:
        self._table_name = table_name
        self._counts = counts
        self._retention = retention
        self._book, self._entry, self._pending = _new_book(), 0, False

    def record(self, activity: Activity, now: datetime) -> Recording:
        """Store an activity unless it is there; it is kept from when we learned of it."""
        if self._pending:
            # The last entry's fate isn't known here: whoever brings its activity again settles it. Nothing may follow it.
            self._book, self._entry = _new_book(), 0
        self._entry, self._pending = self._entry + 1, True
        recording = Recording(self._book, self._entry, settled=False)
        forget_at = max(now, activity.occurred_at) + self._retention
        item = item_of(activity) | {
            "book": text(recording.book),
            "entry": number(recording.entry),
            "forget_at": number(int(forget_at.timestamp())),
        }
        try:
            call(
                "PutItem",
                {
                    "TableName": self._table_name,
                    "Item": item,
                    "ConditionExpression": "attribute_not_exists(activity_id)",
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                },
            )
        except ConditionFailedError as failure:
            first = Recording(failure.item["book"]["S"], int(failure.item["entry"]["N"]), settled=False)
            if (first.book, first.entry) == (recording.book, recording.entry):
                return recording  # a try of ours whose answer was lost
            self._pending = False
            return Recording(first.book, first.entry, settled=self._counts.has(activity, first))
        return recording

    def settle(self, activity: Activity, recording: Recording) -> None:
        """Count a recorded activity, unless it is counted."""
        self._counts.add(activity, recording)
        if (recording.book, recording.entry) == (self._book, self._entry):
            self._pending = False


def _new_book() -> str:
    return "".join(secrets.choice(_BOOK_DIGITS) for _ in range(_BOOK_LENGTH))
