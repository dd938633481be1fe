"""Domains by the time of their next look: the domains table's index `by_watch`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.adapters.tables.domain_items import DomainItem, domain_of
from letterhead.adapters.tables.readable import readable
from letterhead.adapters.tables.watch_slots import SHARDS, due_key, due_slot, well_slot
from letterhead.domains.ports import Place
from letterhead.domains.watch import Watched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from letterhead.domains.unreadable import Unreadable
    from letterhead.domains.watch import Stretch

# Behind every key of its moment, whatever id follows.
_BEHIND = "~"


class DomainWatchTable:
    """Where domains lie by the time of their next look. Reads are eventually consistent, by the page."""

    def __init__(self, table_name: str) -> None:
        DomainItem.bind(table_name)

    def due(self, after: datetime | None, until: datetime) -> Iterator[Watched | Unreadable]:
        """Those that have become due later than `after` (None: ever) and not later than `until`."""
        first = "" if after is None else due_key(after) + _BEHIND
        last = due_key(until) + _BEHIND
        for shard in range(SHARDS):
            condition = DomainItem.watch_key.between(first, last) if first else DomainItem.watch_key <= last
            yield from readable(DomainItem.by_watch.query(due_slot(shard), condition), _watched)

    def well(self, slot: int) -> Iterator[Watched | Unreadable]:
        """Those of a fixed slot."""
        return readable(DomainItem.by_watch.query(well_slot(slot)), _watched)

    def within(self, stretch: Stretch) -> Iterator[Watched | Unreadable]:
        """Those of a stretch."""
        condition = DomainItem.watch_key.between(stretch.first, stretch.last)
        return readable(DomainItem.by_watch.query(stretch.slot, condition), _watched)


def _watched(item: DomainItem) -> Watched:
    return Watched(Place(item.watch_slot, item.watch_key), domain_of(item))
