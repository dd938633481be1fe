"""Writing several items or none, and what to make of a refusal."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from letterhead.adapters.tables.connection import StoreUnavailableError, connection

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_ATTEMPTS = 3
_PAUSE_SECONDS = 0.05
_REFUSED = "ConditionalCheckFailed"


class ConditionsFailedError(Exception):
    """The conditions of these items of the transaction, counted from 0, didn't hold; nothing was written."""

    def __init__(self, positions: Sequence[int]) -> None:
        super().__init__(f"items {list(positions)}")
        self.positions = tuple(positions)


def write_together(add: Callable[[TransactWrite], None]) -> None:
    """Write all that `add` puts into the transaction.

    A collision with another transaction or a throttled item is tried again, for it says nothing about the conditions.
    Raises `ConditionsFailedError` or `StoreUnavailableError`.
    """
    for attempt in range(_ATTEMPTS):
        try:
            with TransactWrite(connection=connection()) as transaction:
                add(transaction)
        except TransactWriteError as error:
            reasons = error.cancellation_reasons
            failed = [
                position for position, reason in enumerate(reasons) if reason and reason.code == _REFUSED
            ]
            if failed:
                raise ConditionsFailedError(failed) from error
            if error.cause_response_code != "TransactionCanceledException":
                raise
            time.sleep(_PAUSE_SECONDS * 2**attempt)
        else:
            return
    raise StoreUnavailableError
