"""Items that can't be read: what is wrong with one keeps nobody from reading the others."""

from __future__ import annotations

import zlib
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from letterhead.domains.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from letterhead.adapters.tables.connection import TableModel

_Item = TypeVar("_Item", bound="TableModel")
_Read = TypeVar("_Read")
ODD = (TypeError, ValueError, LookupError, AttributeError, zlib.error)
"""What reading makes of a value of another type, of a word nobody knows, and of packed or JSON text that isn't."""
# More than fit in some pages: it isn't items then that can't be read.
_MOST_IN_A_ROW = 10_000


def readable(items: Iterable[_Item], read: Callable[[_Item], _Read]) -> Iterator[_Read | Unreadable]:
    """Each item as it is read, in their order, an `Unreadable` for one that isn't as it was written.

    Raises what the store raises, and what reading raised when nothing can be read any more.
    """
    remaining = iter(items)
    in_a_row = 0
    while True:
        try:
            item = next(remaining)
        except StopIteration:
            return
        except ODD:
            # PynamoDB's iterator has gone past the item by the time it fails to read it.
            in_a_row += 1
            if in_a_row > _MOST_IN_A_ROW:
                raise
            yield Unreadable()
            continue
        in_a_row = 0
        try:
            values = item.attribute_values
            missing = any(values.get(name) is None for name in _required(type(item)))
            found: _Read | Unreadable = Unreadable() if missing else read(item)
        except ODD:
            found = Unreadable()
        yield found


@cache
def _required(kind: type[TableModel]) -> tuple[str, ...]:
    return tuple(name for name, attribute in kind.get_attributes().items() if not attribute.null)
