"""The suppressions table: look-ups before a send, additions, removals and lists.

What an address's item says is what holds: an entry stands from the moment it is noted there. Calls write it in one transaction
with the entry's own item and the event. Where a queue brings an event back until all is done, `record` writes the three one
after the other, for half the price; a repetition goes on where one broke off.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from pynamodb.exceptions import DoesNotExist, PutError

from letterhead import identifiers
from letterhead.adapters.tables.batch_reading import read_all
from letterhead.adapters.tables.connection import StoreUnavailableError
from letterhead.adapters.tables.plain_items import text
from letterhead.adapters.tables.suppression_changes import Changes, unchanged_since
from letterhead.adapters.tables.suppression_item import (
    ADDRESS_PREFIX,
    ENTRY_PREFIX,
    PATTERNS_KEY,
    Mark,
    Marks,
    SuppressionItem,
    digest_of,
    due_day,
    entry_item,
    entry_key,
    list_prefix,
    read,
    scoped_patterns,
    subject_key,
    suppression_of,
    written,
)
from letterhead.suppressions.blocking import Block, Entry, ScopedPattern, Standing
from letterhead.suppressions.events import added_event
from letterhead.suppressions.pages import SuppressedAddress, SuppressionPage, SuppressionQuery, merged
from letterhead.suppressions.suppression import EntryKey, Kept, Provenance, Suppression, SuppressionList

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pynamodb.expressions.condition import Condition

    from letterhead.adapters.tables.outbox import OutboxTable

__all__ = ["SuppressionItem", "SuppressionTable"]

_TRIES = 5
# A transaction has 100 items at most (DynamoDB developer guide, "Amazon DynamoDB Transactions"). An entry takes three: its
# subject's, its own, its event; one more is the set of patterns.
_TOGETHER = 33
_REFUSED = "ConditionalCheckFailedException"


class SuppressionTable:
    """Where suppressions are kept."""

    def __init__(self, table_name: str, outbox: OutboxTable | None = None) -> None:
        SuppressionItem.bind(table_name)
        self._table_name = table_name
        self._outbox = outbox

    # --- look-ups -----------------------------------------------------------------------------------------------------

    def blocking(
        self, account_id: str, domain_id: str | None, addresses: Sequence[str], now: datetime
    ) -> Mapping[str, tuple[Block, ...]]:
        """What blocks each of these folded addresses; those that nothing blocks aren't in it.

        One batch read, 0.5 RRU an address and as much for all patterns together.
        """
        standing = self.standing({account_id: addresses})
        return standing.blocking(account_id, domain_id, addresses, now)

    def standing(self, addresses: Mapping[str, Sequence[str]]) -> Standing:
        """What stands on the lists of folded addresses, by account; 0.5 RRU an address and an account, a call for a hundred."""
        keys = [
            {"account_id": text(account_id), "sort_key": text(sort_key)}
            for account_id, theirs in addresses.items()
            for sort_key in (PATTERNS_KEY, *(ADDRESS_PREFIX + one for one in dict.fromkeys(theirs)))
        ]
        entries: dict[tuple[str, str], tuple[Entry, ...]] = {
            (account_id, one): () for account_id, theirs in addresses.items() for one in theirs
        }
        patterns: dict[str, tuple[ScopedPattern, ...]] = dict.fromkeys(addresses, ())
        for found in read_all(self._table_name, keys):
            item = SuppressionItem.from_raw_data(dict(found))
            if item.sort_key == PATTERNS_KEY:
                patterns[item.account_id] = scoped_patterns(item)
            else:
                address = item.sort_key.removeprefix(ADDRESS_PREFIX)
                entries[item.account_id, address] = tuple(mark.entry for mark in read(item).values())
        return Standing(entries, patterns)

    def of_subject(
        self, account_id: str, subject: str, *, is_pattern: bool = False
    ) -> tuple[Suppression, ...]:
        """All entries of a folded address, or of a pattern, with their provenance; ended ones too."""
        key = EntryKey(SuppressionList.BLOCKLIST, None, subject, is_pattern)
        marks = self._marks(account_id, [key], consistent=False)[subject_key(key)]
        return self._whole(account_id, list(marks.values()))

    def by_references(
        self, account_id: str, which: SuppressionList, references: Sequence[tuple[str, str | None]]
    ) -> Sequence[Suppression | None]:
        """The entries of a list by their ids and domains, in this order."""
        keys = [(account_id, entry_key(which, domain_id, entry)) for entry, domain_id in references]
        found = {item.sort_key: item for item in SuppressionItem.batch_get(list(dict.fromkeys(keys)))}
        return [suppression_of(found[key]) if key in found else None for _, key in keys]

    # --- additions ----------------------------------------------------------------------------------------------------

    def add(self, wanted: Sequence[Suppression], now: datetime) -> tuple[Kept, ...]:
        """Add entries, each together with its event; one that is there already stays as it is.

        All are of one account. Raises `TooManyPatternsError`, `StoreUnavailableError`; what was added before stays added.
        """
        kept: dict[EntryKey, Kept] = {}
        distinct = list({one.key: one for one in wanted}.values())
        for start in range(0, len(distinct), _TOGETHER):
            for one in self._add_together(distinct[start : start + _TOGETHER], now):
                kept[one.suppression.key] = one
        return tuple(kept[one.key] for one in wanted)

    def record(self, wanted: Suppression, now: datetime) -> Kept:
        """Add one entry at half the price of `add`, for a caller whose queue brings it back until this has returned.

        A repetition, known by the provenance's `cause`, completes what was begun. 3 WRU with the event.
        """
        standing = self._note(wanted, now)
        if standing is not None and standing.cause != (digest_of(wanted.provenance.cause) or None):
            return Kept(self._whole(wanted.account_id, [standing])[0], added=False)
        if standing is not None:
            made_at = identifiers.made_at(standing.entry.suppression_id)
            wanted = replace(
                wanted,
                suppression_id=standing.entry.suppression_id,
                created_at=made_at,
                expires_at=standing.entry.expires_at,
            )
        _put_once(entry_item(wanted))
        self._events.append_once(added_event(wanted))
        return Kept(wanted, added=standing is None)

    # --- removals -----------------------------------------------------------------------------------------------------

    def remove(
        self, account_id: str, keys: Sequence[EntryKey], new_event_id: Callable[[], str], now: datetime
    ) -> int:
        """Remove entries, each together with its event; how many there were. Removing one twice is once."""
        distinct = list(dict.fromkeys(keys))
        return sum(
            self._remove_together(account_id, distinct[start : start + _TOGETHER], new_event_id, now)
            for start in range(0, len(distinct), _TOGETHER)
        )

    def end(self, hold: Suppression, new_event_id: Callable[[], str], now: datetime) -> bool:
        """Remove an entry that has ended, unless another one has taken its place; whether there was one."""
        marks = self._marks(hold.account_id, [hold.key], consistent=True)[subject_key(hold.key)]
        mark = marks.get((hold.key.list, hold.key.domain_id))
        if mark is None or mark.entry.suppression_id != hold.suppression_id:
            entry_item(hold).delete()
            return False
        return self.remove(hold.account_id, [hold.key], new_event_id, now) == 1

    def ended(self, now: datetime, days: int = 2) -> Iterator[Suppression]:
        """The entries of all accounts that have ended in the last `days` and not been removed, the oldest first."""
        for back in range(days, -1, -1):
            day = due_day(now - timedelta(days=back))
            due = SuppressionItem.by_due.query(day, SuppressionItem.expires_at <= now)
            yield from map(suppression_of, due)

    def forget(self, account_id: str) -> None:
        """Forget all that an account has; forgetting it twice is once."""
        with SuppressionItem.batch_write() as batch:
            for item in SuppressionItem.query(account_id, consistent_read=True):
                batch.delete(item)

    # --- lists --------------------------------------------------------------------------------------------------------

    def page(self, account_id: str, query: SuppressionQuery, now: datetime) -> SuppressionPage:
        """A page of a list, one Query for each list and scope that it is of."""
        skipped = 0 if query.after is not None else (query.number - 1) * query.size
        wanted = skipped + query.size + 1
        streams = [
            self._stream(account_id, list_prefix(which, scope), query.after, wanted)
            for which in query.lists
            for scope in query.scopes
        ]
        return merged(streams, query, now)

    def addresses(
        self, account_id: str, after: str | None, size: int, now: datetime
    ) -> Sequence[SuppressedAddress]:
        """The next addresses that have entries, in the order of their text: one Query."""
        first = ADDRESS_PREFIX if after is None else f"{ADDRESS_PREFIX}{after}\x00"
        last = ADDRESS_PREFIX[0] + chr(ord(ADDRESS_PREFIX[1]) + 1)
        found = SuppressionItem.query(
            account_id, SuppressionItem.sort_key.between(first, last), page_size=size
        )
        standing = (
            SuppressedAddress(item.sort_key.removeprefix(ADDRESS_PREFIX), entries)
            for item in found
            if (entries := tuple(m.entry for m in read(item).values() if m.entry.blocks(None, now)))
        )
        return list(islice(standing, size))

    def every(self, account_id: str, after: str | None, size: int) -> Sequence[tuple[str, Suppression]]:
        """The next entries of all lists, ended ones too, each with its sort key, behind such a key: one Query."""
        last = ENTRY_PREFIX[0] + chr(ord(ENTRY_PREFIX[1]) + 1)
        condition = SuppressionItem.sort_key.between(ENTRY_PREFIX if after is None else f"{after}\x00", last)
        found = SuppressionItem.query(account_id, condition, limit=size)
        return [(item.sort_key, suppression_of(item)) for item in found]

    # --- inside -------------------------------------------------------------------------------------------------------

    @property
    def _events(self) -> OutboxTable:
        if self._outbox is None:
            raise ValueError("suppressions without an outbox can't change")
        return self._outbox

    def _add_together(self, wanted: Sequence[Suppression], now: datetime) -> list[Kept]:
        account_id = wanted[0].account_id
        for _ in range(_TRIES):
            before = self._marks(account_id, [one.key for one in wanted], consistent=True)
            changes = Changes(account_id, before)
            standing = {}
            for one in wanted:
                mark = before[subject_key(one.key)].get((one.key.list, one.key.domain_id))
                if mark is not None and mark.entry.blocks(None, now):
                    standing[one.key] = mark
                else:
                    changes.add(one)
            if changes.write(self._events):
                known = {one.key: one for one in self._whole(account_id, list(standing.values()))}
                return [
                    Kept(known[one.key], added=False) if one.key in known else Kept(one, added=True)
                    for one in wanted
                ]
        raise StoreUnavailableError

    def _remove_together(
        self, account_id: str, keys: Sequence[EntryKey], new_event_id: Callable[[], str], now: datetime
    ) -> int:
        for _ in range(_TRIES):
            before = self._marks(account_id, keys, consistent=True)
            changes = Changes(account_id, before)
            marks = [before[subject_key(key)].get((key.list, key.domain_id)) for key in keys]
            found = [mark for mark in marks if mark is not None]
            for mark in found:
                changes.remove(_in_short(account_id, mark), new_event_id(), now)
            if changes.write(self._events):
                return len(found)
        raise StoreUnavailableError

    def _note(self, wanted: Suppression, now: datetime) -> Mark | None:
        """Note an entry with its address; the one that stands there instead, or None."""
        if wanted.key.is_pattern:
            raise ValueError("patterns are added with their set")
        place = (wanted.key.list, wanted.key.domain_id)
        for _ in range(_TRIES):
            before = self._marks(wanted.account_id, [wanted.key], consistent=True)[subject_key(wanted.key)]
            mark = before.get(place)
            if mark is not None and mark.entry.blocks(None, now):
                return mark
            text = written({**before, place: Mark.of(wanted)}.values())
            item = SuppressionItem(wanted.account_id, subject_key(wanted.key), entries=text)
            try:
                item.save(condition=unchanged_since(before))
            except PutError as error:
                if error.cause_response_code != _REFUSED:
                    raise
            else:
                return None
        raise StoreUnavailableError

    @staticmethod
    def _marks(account_id: str, keys: Sequence[EntryKey], *, consistent: bool) -> dict[str, Marks]:
        """The entries of the subjects of these keys, by the subjects' sort keys."""
        wanted = list(dict.fromkeys(subject_key(key) for key in keys))
        found: dict[str, Marks] = {key: {} for key in wanted}
        if len(wanted) == 1:
            with suppress(DoesNotExist):
                item = SuppressionItem.get(account_id, wanted[0], consistent_read=consistent)
                found[wanted[0]] = read(item)
            return found
        for item in SuppressionItem.batch_get(
            [(account_id, key) for key in wanted], consistent_read=consistent
        ):
            found[item.sort_key] = read(item)
        return found

    def _whole(self, account_id: str, marks: Sequence[Mark]) -> tuple[Suppression, ...]:
        """The entries with their provenance, as far as it is there."""
        entries = [mark.entry for mark in marks]
        keys = [
            (account_id, entry_key(one.key.list, one.key.domain_id, one.suppression_id)) for one in entries
        ]
        found = {item.sort_key: item for item in SuppressionItem.batch_get(keys)} if keys else {}
        return tuple(
            suppression_of(found[key]) if key in found else _in_short(account_id, mark)
            for (_, key), mark in zip(keys, marks, strict=True)
        )

    @staticmethod
    def _stream(account_id: str, prefix: str, after: str | None, size: int) -> Iterator[Suppression]:
        sort_key = SuppressionItem.sort_key
        condition: Condition = sort_key.startswith(prefix)
        if after is not None:
            condition = sort_key.between(prefix, prefix + identifiers.before(after))
        found = SuppressionItem.query(account_id, condition, scan_index_forward=False, page_size=size)
        return map(suppression_of, found)


def _in_short(account_id: str, mark: Mark) -> Suppression:
    """An entry as far as its address's item knows it."""
    entry = mark.entry
    made_at = identifiers.made_at(entry.suppression_id)
    return Suppression(
        entry.suppression_id, account_id, entry.key, made_at, Provenance("", entry.reason), entry.expires_at
    )


def _put_once(item: SuppressionItem) -> None:
    try:
        item.save(condition=SuppressionItem.sort_key.does_not_exist())
    except PutError as error:
        if error.cause_response_code != _REFUSED:
            raise
