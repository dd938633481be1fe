"""Identities by the time of their next look: the identities table's index `by_watch`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.adapters.tables.identity_item import IdentityItem, identity_of
from letterhead.adapters.tables.readable import readable
from letterhead.adapters.tables.watch_slots import ASKED_SLOT, well_slot
from letterhead.domains.ports import Place
from letterhead.identities.watch import WatchedIdentity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from letterhead.domains.unreadable import Unreadable
    from letterhead.domains.watch import Stretch


class IdentityWatchTable:
    """Where identities lie by the time of their next look. Reads are eventually consistent, by the page."""

    def __init__(self, table_name: str) -> None:
        IdentityItem.bind(table_name)

    def daily(self, slot: int) -> Iterator[WatchedIdentity | Unreadable]:
        """Those of a fixed slot of the day."""
        return readable(IdentityItem.by_watch.query(well_slot(slot)), _watched)

    def asked(self) -> Iterator[WatchedIdentity | Unreadable]:
        """Those whose addresses' owners the provider asks."""
        return readable(IdentityItem.by_watch.query(ASKED_SLOT), _watched)

    def within(self, stretch: Stretch) -> Iterator[WatchedIdentity | Unreadable]:
        """Those of a stretch."""
        condition = IdentityItem.watch_key.between(stretch.first, stretch.last)
        return readable(IdentityItem.by_watch.query(stretch.slot, condition), _watched)


def _watched(item: IdentityItem) -> WatchedIdentity:
    return WatchedIdentity(Place(item.watch_slot, item.watch_key), identity_of(item))
