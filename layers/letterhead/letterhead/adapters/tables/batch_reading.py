"""Many items by their keys: BatchGetItem, a hundred at a time, until every key has been answered."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from letterhead.adapters.tables.connection import StoreUnavailableError
from letterhead.adapters.tables.plain_items import Item, call

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_AT_ONCE = 100  # API reference, BatchGetItem
# What a call leaves unanswered is asked for again, each time a little later ("Error handling with DynamoDB: batch operations").
_PAUSES = (0.05, 0.1, 0.2, 0.4)


def read_all(table_name: str, keys: Sequence[Item], *, consistent: bool = False) -> Iterator[Item]:
    """The items of these keys, no two of which are the same, in any order; there is none for a key that nothing has.

    Raises `StoreUnavailableError` unless every key has been answered.
    """
    for start in range(0, len(keys), _AT_ONCE):
        asked = {"Keys": list(keys[start : start + _AT_ONCE]), "ConsistentRead": consistent}
        unanswered = {table_name: asked}
        for pause in (*_PAUSES, None):
            answer = call("BatchGetItem", {"RequestItems": unanswered})
            yield from answer["Responses"].get(table_name, ())
            unanswered = answer.get("UnprocessedKeys", {})
            if not unanswered:
                break
            if pause is None:
                raise StoreUnavailableError
            time.sleep(pause)
