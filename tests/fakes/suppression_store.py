"""Suppressions in memory, for rules, with the contract of `letterhead.adapters.tables.suppressions`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from letterhead.outbox.event import Event
from letterhead.suppressions.blocking import Block, Entry, ScopedPattern, blocks_of
from letterhead.suppressions.events import added_event, removed_event
from letterhead.suppressions.pages import (
    SuppressedAddress,
    SuppressionPage,
    SuppressionQuery,
    TooManyPatternsError,
    merged,
)
from letterhead.suppressions.pattern import MOST_PATTERNS, Pattern
from letterhead.suppressions.suppression import EntryKey, Kept, Suppression, SuppressionList


class InMemorySuppressions:
    """All entries by account and key; `events` are those that were written."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, EntryKey], Suppression] = {}
        self.events: dict[str, Event] = {}

    def blocking(
        self, account_id: str, domain_id: str | None, addresses: Sequence[str], now: datetime
    ) -> Mapping[str, tuple[Block, ...]]:
        patterns = [
            ScopedPattern(key.domain_id, Pattern.parse(key.subject))
            for owner, key in self._kept
            if owner == account_id and key.is_pattern
        ]
        found = {}
        for address in addresses:
            entries = [_entry(one) for one in self.of_subject(account_id, address)]
            if blocks := blocks_of(address, domain_id, entries, patterns, now):
                found[address] = blocks
        return found

    def of_subject(
        self, account_id: str, subject: str, *, is_pattern: bool = False
    ) -> tuple[Suppression, ...]:
        return tuple(
            one
            for (owner, key), one in self._kept.items()
            if owner == account_id and (key.subject, key.is_pattern) == (subject, is_pattern)
        )

    def by_references(
        self, account_id: str, which: SuppressionList, references: Sequence[tuple[str, str | None]]
    ) -> Sequence[Suppression | None]:
        known = {
            (one.suppression_id, key.domain_id): one
            for (owner, key), one in self._kept.items()
            if owner == account_id and key.list is which
        }
        return [known.get(reference) for reference in references]

    def add(self, wanted: Sequence[Suppression], now: datetime) -> tuple[Kept, ...]:
        return tuple(self._add(one, now) for one in wanted)

    def record(self, wanted: Suppression, now: datetime) -> Kept:
        standing = self._kept.get((wanted.account_id, wanted.key))
        if standing is None or standing.expired(now) or wanted.provenance.cause is None:
            return self._add(wanted, now)
        if standing.provenance.cause == wanted.provenance.cause:
            wanted = replace(wanted, suppression_id=standing.suppression_id, created_at=standing.created_at)
            self.events.setdefault(wanted.suppression_id, added_event(wanted))
        return Kept(standing, added=False)

    def remove(
        self, account_id: str, keys: Sequence[EntryKey], new_event_id: Callable[[], str], now: datetime
    ) -> int:
        gone = [one for key in dict.fromkeys(keys) if (one := self._kept.pop((account_id, key), None))]
        for one in gone:
            event = removed_event(one, new_event_id(), now)
            self.events[event.event_id] = event
        return len(gone)

    def page(self, account_id: str, query: SuppressionQuery, now: datetime) -> SuppressionPage:
        streams = [
            sorted(
                (
                    one
                    for (owner, key), one in self._kept.items()
                    if (owner, key.list, key.domain_id) == (account_id, which, scope)
                    and (query.after is None or one.suppression_id < query.after)
                ),
                key=lambda one: one.suppression_id,
                reverse=True,
            )
            for which in query.lists
            for scope in query.scopes
        ]
        return merged(streams, query, now)

    def addresses(
        self, account_id: str, after: str | None, size: int, now: datetime
    ) -> Sequence[SuppressedAddress]:
        subjects = sorted(
            {key.subject for owner, key in self._kept if owner == account_id and not key.is_pattern}
        )
        found = []
        for subject in subjects:
            entries = tuple(
                _entry(one) for one in self.of_subject(account_id, subject) if not one.expired(now)
            )
            if entries and (after is None or subject > after):
                found.append(SuppressedAddress(subject, entries))
        return found[:size]

    def _add(self, wanted: Suppression, now: datetime) -> Kept:
        place = wanted.account_id, wanted.key
        standing = self._kept.get(place)
        if standing is not None and not standing.expired(now):
            return Kept(standing, added=False)
        patterns = sum(key.is_pattern for owner, key in self._kept if owner == wanted.account_id)
        if wanted.key.is_pattern and patterns >= MOST_PATTERNS:
            raise TooManyPatternsError
        self._kept[place] = wanted
        self.events[wanted.suppression_id] = added_event(wanted)
        return Kept(wanted, added=True)


def _entry(one: Suppression) -> Entry:
    return Entry(one.key, one.suppression_id, one.provenance.reason, one.expires_at)
