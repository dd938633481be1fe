"""The limits table: one item a ledger, one number attribute a counter.

A counter's name is `<column>:<until>`, the instant in base 36. DynamoDB's ADD makes an absent one and needs no read before it;
the answer to a write, refused ones included, brings the whole item without a charge (UpdateItem, `ReturnValues` and
`ReturnValuesOnConditionCheckFailure`).
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from letterhead.adapters.tables.connection import connection
from letterhead.limits.leases import Leases
from letterhead.limits.ledger import Booking, Counter, Entry

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_KEY = "ledger"


_SEATS = 2**16


class LimitTable:
    """Where ledgers are kept. `forget_at` is the table's TTL attribute."""

    def __init__(self, table_name: str) -> None:
        self._table_name = table_name

    def read(self, ledger: str) -> Mapping[Counter, int]:
        """Every counter of a ledger, eventually consistent (0.5 RRU up to 4 KB)."""
        answer = connection().dispatch("GetItem", self._call(ledger))
        return _counters(answer.get("Item", {}))

    def book(
        self, ledger: str, entries: Sequence[Entry], drop: Collection[Counter], forget_at: int
    ) -> Booking:
        """Book all entries or none, in one UpdateItem (1 WRU while the ledger has at most 1 KB)."""
        names = {f"#e{index}": _name(entry.counter) for index, entry in enumerate(entries)}
        names |= {f"#t{index}": _name(entry.total) for index, entry in enumerate(entries)}
        dropped = {f"#d{index}": _name(counter) for index, counter in enumerate(drop)}
        ceilings = {index: entry.ceiling for index, entry in enumerate(entries) if entry.ceiling is not None}
        values = {":f": forget_at} | {f":p{index}": entry.permits for index, entry in enumerate(entries)}
        values |= {f":c{index}": ceiling for index, ceiling in ceilings.items()}
        added = (f"#e{index} :p{index}, #t{index} :p{index}" for index in range(len(entries)))
        update = "SET forget_at = :f ADD " + ", ".join(added)
        if dropped:
            update += " REMOVE " + ", ".join(dropped)
        call = self._call(ledger) | {
            "UpdateExpression": update,
            "ExpressionAttributeNames": names | dropped,
            "ExpressionAttributeValues": {name: {"N": str(value)} for name, value in values.items()},
            "ReturnValues": "ALL_NEW",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if ceilings:
            call["ConditionExpression"] = " AND ".join(
                f"(attribute_not_exists(#t{index}) OR #t{index} <= :c{index})" for index in ceilings
            )
        try:
            answer = connection().dispatch("UpdateItem", call)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return Booking(done=False, counters=_counters(_refused_item(error)))
        return Booking(done=True, counters=_counters(answer["Attributes"]))

    def _call(self, ledger: str) -> dict[str, Any]:
        return {"TableName": self._table_name, "Key": {_KEY: {"S": ledger}}}


def _refused_item(error: ClientError) -> Mapping[str, Any]:
    # PynamoDB passes on only the code and the message; botocore's own error, its cause, has the item.
    cause = error.__cause__
    if not isinstance(cause, ClientError):
        return {}
    item: Mapping[str, Any] = dict(cause.response).get("Item", {})  # type: ignore[assignment]
    return item


def _name(counter: Counter) -> str:
    rest, digit = divmod(counter.until, 36)
    digits = _DIGITS[digit]
    while rest:
        rest, digit = divmod(rest, 36)
        digits = _DIGITS[digit] + digits
    return f"{counter.column}:{digits}"


def _counters(item: Mapping[str, Any]) -> dict[Counter, int]:
    found = {}
    for name, value in item.items():
        column, colon, until = name.rpartition(":")
        if colon:
            found[Counter(column, int(until, 36))] = int(value["N"])
    return found


def open_leases(table_name: str) -> Leases:
    """The leases of this environment, at a seat of its own among those that share the table."""
    return Leases(LimitTable(table_name), secrets.randbelow(_SEATS))
