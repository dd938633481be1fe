"""Pages of suppression lists, and what may be done to them."""

from __future__ import annotations

from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from letterhead.suppressions.blocking import Entry, Suppressed
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from letterhead.suppressions.suppression import EntryKey, Kept, Suppression, SuppressionList


class TooManyPatternsError(Exception):
    """The account has as many blocklist patterns as it may have."""


@value_type
class SuppressionQuery:
    """A page of a list, or of several as one, newest first.

    `scopes` are the domains (None: the account as a whole) whose entries are meant; a page costs one Query for each of them
    and each list.
    `after` is the id of the last entry on the page before, where the caller knows it; else page N costs N pages.
    """

    lists: tuple[SuppressionList, ...]
    scopes: tuple[str | None, ...]
    number: int = 1
    size: int = 25
    after: str | None = None


@value_type
class SuppressionPage:
    """The entries of a page, and whether there are more behind it."""

    query: SuppressionQuery
    suppressions: tuple[Suppression, ...]
    has_more: bool


@value_type
class SuppressedAddress:
    """An address and all its entries that stand."""

    address: str
    entries: tuple[Entry, ...]


class SuppressionStore(Suppressed, Protocol):
    """Where suppressions are kept."""

    def add(self, wanted: Sequence[Suppression], now: datetime) -> tuple[Kept, ...]:
        """Add entries, each together with its event; those that are there already stay as they are."""

    def remove(
        self, account_id: str, keys: Sequence[EntryKey], new_event_id: Callable[[], str], now: datetime
    ) -> int:
        """Remove entries, each together with its event; how many there were."""

    def page(self, account_id: str, query: SuppressionQuery, now: datetime) -> SuppressionPage:
        """A page of a list."""

    def by_references(
        self, account_id: str, which: SuppressionList, references: Sequence[tuple[str, str | None]]
    ) -> Sequence[Suppression | None]:
        """The entries of a list by their ids and domains, in this order."""

    def of_subject(
        self, account_id: str, subject: str, *, is_pattern: bool = False
    ) -> tuple[Suppression, ...]:
        """All entries of a folded address, or of a pattern, with their provenance; ended ones too."""

    def addresses(
        self, account_id: str, after: str | None, size: int, now: datetime
    ) -> Sequence[SuppressedAddress]:
        """The next addresses that have entries, in the order of their text."""


def merged(
    streams: Iterable[Iterable[Suppression]], query: SuppressionQuery, now: datetime
) -> SuppressionPage:
    """The page of a list whose scopes come one by one, each newest first; ended entries are left out."""
    standing = (
        each
        for each in merge(*streams, key=lambda one: one.suppression_id, reverse=True)
        if not each.expired(now)
    )
    skipped = 0 if query.after is not None else (query.number - 1) * query.size
    found = list(islice(standing, skipped, skipped + query.size + 1))
    return SuppressionPage(query, tuple(found[: query.size]), len(found) > query.size)
