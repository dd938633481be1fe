"""Changes of suppressions that are written together: subjects, entries, the set of patterns, events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pynamodb.expressions.condition import Condition, size

from letterhead.adapters.tables.suppression_item import (
    PATTERNS_KEY,
    Mark,
    Marks,
    SuppressionItem,
    entry_item,
    set_member,
    subject_key,
    written,
)
from letterhead.adapters.tables.transactions import ConditionsFailedError, write_together
from letterhead.suppressions.events import added_event, removed_event
from letterhead.suppressions.pages import TooManyPatternsError
from letterhead.suppressions.pattern import MOST_PATTERNS
from letterhead.suppressions.suppression import EntryKey, Suppression, SuppressionList

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pynamodb.transactions import TransactWrite

    from letterhead.adapters.tables.outbox import OutboxTable
    from letterhead.outbox.event import Event


def unchanged_since(marks: Marks) -> Condition:
    """Holds while a subject has just these entries."""
    entries = SuppressionItem.entries
    return entries == written(marks.values()) if marks else entries.does_not_exist()


Place = tuple[SuppressionList, str | None]


class Changes:
    """What is to happen to some subjects of an account, whose entries before were these."""

    def __init__(self, account_id: str, before: Mapping[str, Marks]) -> None:
        self._account_id = account_id
        self._before = before
        self._after: dict[str, dict[Place, Mark]] = {}
        self._new: list[SuppressionItem] = []
        self._gone: list[SuppressionItem] = []
        self._patterns: tuple[set[str], set[str]] = set(), set()
        self._events: list[Event] = []

    def add(self, suppression: Suppression) -> None:
        """Add an entry, in the place of one that has ended."""
        self._marks_of(suppression.key)[_place(suppression.key)] = Mark.of(suppression)
        self._new.append(entry_item(suppression))
        self._events.append(added_event(suppression))
        if suppression.key.is_pattern:
            self._patterns[0].add(set_member(suppression.key))

    def remove(self, suppression: Suppression, event_id: str, now: datetime) -> None:
        """Remove an entry that is there."""
        del self._marks_of(suppression.key)[_place(suppression.key)]
        self._gone.append(entry_item(suppression))
        self._events.append(removed_event(suppression, event_id, now))
        if suppression.key.is_pattern:
            self._patterns[1].add(set_member(suppression.key))

    def write(self, outbox: OutboxTable) -> bool:
        """Write all of it, or nothing: False when a subject's entries aren't any more what they were.

        Raises `TooManyPatternsError`, `StoreUnavailableError`.
        """
        if not self._events:
            return True
        emptied = [key for key, marks in self._after.items() if not marks]
        filled = [key for key, marks in self._after.items() if marks]

        def add(transaction: TransactWrite) -> None:
            for key in emptied:
                item = SuppressionItem(self._account_id, key)
                transaction.delete(item, condition=unchanged_since(self._before[key]))
            for gone in self._gone:
                transaction.delete(gone)
            for key in filled:
                item = SuppressionItem(self._account_id, key, entries=written(self._after[key].values()))
                transaction.save(item, condition=unchanged_since(self._before[key]))
            for new in self._new:
                transaction.save(new)
            for event in self._events:
                outbox.append(transaction, event)
            self._change_patterns(transaction)

        try:
            write_together(add)
        except ConditionsFailedError as failure:
            # PynamoDB sends deletes first, then puts, then updates, of which there is one: that of the set.
            if len(emptied) + len(self._gone) + len(filled) + len(self._new) + len(self._events) in (
                failure.positions
            ):
                raise TooManyPatternsError from failure
            return False
        return True

    def _change_patterns(self, transaction: TransactWrite) -> None:
        item, (added, removed) = SuppressionItem(self._account_id, PATTERNS_KEY), self._patterns
        patterns = SuppressionItem.patterns
        if added:
            room = patterns.does_not_exist() | (size(patterns) <= MOST_PATTERNS - len(added))  # type: ignore[no-untyped-call]
            transaction.update(item, actions=[patterns.add(added)], condition=room)
        if removed:
            transaction.update(item, actions=[patterns.delete(removed)])

    def _marks_of(self, key: EntryKey) -> dict[Place, Mark]:
        subject = subject_key(key)
        return self._after.setdefault(subject, dict(self._before[subject]))


def _place(key: EntryKey) -> Place:
    return key.list, key.domain_id
