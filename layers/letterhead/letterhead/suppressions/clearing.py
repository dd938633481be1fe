"""Removing all entries of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.suppressions.pages import SuppressionQuery

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from letterhead.suppressions.pages import SuppressionStore
    from letterhead.suppressions.suppression import SuppressionList

_AT_ONCE = 99


def clear(
    store: SuppressionStore,
    account_id: str,
    which: SuppressionList,
    scopes: tuple[str | None, ...],
    new_event_id: Callable[[], str],
    now: datetime,
) -> int:
    """Remove every entry that a list has in these scopes; how many there were. A repetition goes on where one broke off."""
    removed, after = 0, None
    while True:
        page = store.page(account_id, SuppressionQuery((which,), scopes, 1, _AT_ONCE, after), now)
        keys = [one.key for one in page.suppressions]
        removed += store.remove(account_id, keys, new_event_id, now)
        if not page.has_more:
            return removed
        after = page.suppressions[-1].suppression_id
