"""What DynamoDB would charge for the calls of a client, by the size rules that AWS documents.

The meter listens to a client's events, so it counts what was really asked, retries included. Sizes come from the items
themselves: what a call reads is in its answer; what it writes is compared before and after through a second client that isn't
counted. The indexes are counted as "Local secondary indexes: provisioned throughput considerations" says (global ones have the
same rule). A transaction costs twice for each item ("DynamoDB transactions: capacity"), its index entries once.

Sources, Amazon DynamoDB developer guide: "DynamoDB item sizes and formats", "DynamoDB read and write operations", "Read and write
capacity in transactions", "Local secondary indexes".
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3

Item = Mapping[str, Mapping[str, Any]]
_READ_BLOCK = 4096
_WRITE_BLOCK = 1024
_WRITES = {"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"}


class UnmeasurableCallError(AssertionError):
    """The meter can't see what this call evaluates, so it refuses to guess."""


@dataclass(frozen=True)
class Charge:
    """One call's cost in read and write request units."""

    operation: str
    table: str
    read_units: float = 0.0
    write_units: float = 0.0


@dataclass
class CapacityMeter:
    """The charges of every call in order; sums on demand."""

    charges: list[Charge] = field(default_factory=list)

    def read_units(self, *tables: str) -> float:
        """Read request units, of these tables or of all."""
        return sum(each.read_units for each in self.charges if not tables or each.table in tables)

    def write_units(self, *tables: str) -> float:
        """Write request units, of these tables or of all."""
        return sum(each.write_units for each in self.charges if not tables or each.table in tables)

    def operations(self, name: str) -> int:
        """How often an operation was called."""
        return sum(each.operation == name for each in self.charges)

    def reset(self) -> None:
        """Forget what was counted."""
        self.charges.clear()


@contextmanager
def metered(client: Any) -> Iterator[CapacityMeter]:
    """Count what a DynamoDB client (botocore's, also PynamoDB's `connection.client`) asks for as long as this lasts."""
    meter = CapacityMeter()
    watcher = _Watcher(meter, boto3.client("dynamodb", region_name=client.meta.region_name))
    events = client.meta.events
    events.register("provide-client-params.dynamodb", watcher.before)
    events.register("after-call.dynamodb", watcher.after)
    try:
        yield meter
    finally:
        events.unregister("provide-client-params.dynamodb", watcher.before)
        events.unregister("after-call.dynamodb", watcher.after)


class _Watcher:
    def __init__(self, meter: CapacityMeter, peeking: Any) -> None:
        self._meter = meter
        self._peeking = peeking
        self._schemas: dict[str, Any] = {}

    def before(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        context["metered_params"] = params
        if model.name in _WRITES:
            context["metered_before"] = [
                self._peek(table, key) for table, key in self._targets(model.name, params)
            ]

    def after(self, parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        params = context["metered_params"]
        if model.name in _WRITES:
            self._count_writes(model.name, params, context["metered_before"], failed="Error" in parsed)
        elif "Error" not in parsed:
            self._count_reads(model.name, params, parsed)

    def _count_reads(self, operation: str, params: dict[str, Any], parsed: dict[str, Any]) -> None:
        if operation == "GetItem":
            units = _blocks(item_size(parsed.get("Item", {})), _READ_BLOCK)
            self._add_read(
                operation, params["TableName"], units, consistent=params.get("ConsistentRead", False)
            )
        elif operation in ("Query", "Scan"):
            if "ProjectionExpression" in params or params.get("Select") or "FilterExpression" in params:
                raise UnmeasurableCallError(f"{operation} with a projection or a filter")
            size = sum(item_size(item) for item in parsed["Items"])
            self._add_read(
                operation,
                params["TableName"],
                _blocks(size, _READ_BLOCK),
                consistent=params.get("ConsistentRead", False),
            )
        elif operation == "BatchGetItem":
            for table, asked in params["RequestItems"].items():
                found = [item_size(item) for item in parsed["Responses"].get(table, [])]
                missing = len(asked["Keys"]) - len(found)
                units = sum(_blocks(size, _READ_BLOCK) for size in found) + missing
                self._add_read(operation, table, units, consistent=asked.get("ConsistentRead", False))
        elif operation == "TransactGetItems":
            for asked, answer in zip(params["TransactItems"], parsed["Responses"], strict=True):
                units = 2.0 * _blocks(item_size(answer.get("Item", {})), _READ_BLOCK)
                self._meter.charges.append(Charge(operation, asked["Get"]["TableName"], read_units=units))
        elif operation != "DescribeTable":
            raise UnmeasurableCallError(operation)

    def _add_read(self, operation: str, table: str, units: float, *, consistent: bool) -> None:
        self._meter.charges.append(Charge(operation, table, read_units=units if consistent else units / 2))

    def _count_writes(
        self, operation: str, params: dict[str, Any], before: list[Item], *, failed: bool
    ) -> None:
        factor = 2.0 if operation == "TransactWriteItems" else 1.0
        for (table, key), old in zip(self._targets(operation, params), before, strict=True):
            new = old if failed else self._peek(table, key)
            units = factor * _blocks(max(item_size(old), item_size(new)), _WRITE_BLOCK)
            indexes = 0.0 if failed else sum(_index_units(index, old, new) for index in self._indexes(table))
            self._meter.charges.append(Charge(operation, table, write_units=units + indexes))

    def _targets(self, operation: str, params: dict[str, Any]) -> list[tuple[str, Item]]:
        if operation == "TransactWriteItems":
            return [self._target(action) for entry in params["TransactItems"] for action in entry.values()]
        if operation == "BatchWriteItem":
            return [
                self._target({"TableName": table, **action})
                for table, entries in params["RequestItems"].items()
                for entry in entries
                for action in entry.values()
            ]
        return [self._target(params)]

    def _target(self, action: Mapping[str, Any]) -> tuple[str, Item]:
        table = action["TableName"]
        whole = action.get("Key") or action["Item"]
        return table, {name: whole[name] for name in _names(self._schema(table)["KeySchema"])}

    def _peek(self, table: str, key: Item) -> Item:
        found: Item = self._peeking.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item", {})
        return found

    def _schema(self, table: str) -> Any:
        if table not in self._schemas:
            self._schemas[table] = self._peeking.describe_table(TableName=table)["Table"]
        return self._schemas[table]

    def _indexes(self, table: str) -> list[_Index]:
        schema = self._schema(table)
        table_keys = _names(schema["KeySchema"])
        return [
            _Index(_names(index["KeySchema"]), table_keys, index["Projection"])
            for kind in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes")
            for index in schema.get(kind) or []
        ]


@dataclass(frozen=True)
class _Index:
    keys: list[str]
    table_keys: list[str]
    projection: Mapping[str, Any]

    def entry(self, item: Item) -> Item:
        """What the index holds of an item: nothing unless the item has all of the index's keys."""
        if not all(key in item for key in self.keys):
            return {}
        if self.projection["ProjectionType"] == "ALL":
            return item
        kept = {*self.keys, *self.table_keys, *self.projection.get("NonKeyAttributes", [])}
        return {name: value for name, value in item.items() if name in kept}


def _index_units(index: _Index, old_item: Item, new_item: Item) -> float:
    old, new = index.entry(old_item), index.entry(new_item)
    if old == new:
        return 0.0
    moved = bool(old and new) and any(old[key] != new[key] for key in index.keys)
    if moved:
        return _blocks(item_size(old), _WRITE_BLOCK) + _blocks(item_size(new), _WRITE_BLOCK)
    return float(_blocks(max(item_size(old), item_size(new)), _WRITE_BLOCK))


def item_size(item: Item) -> int:
    """An item's size in bytes: the names of its attributes and their values."""
    return sum(len(name.encode()) + value_size(value) for name, value in item.items())


def value_size(value: Mapping[str, Any]) -> int:
    """A value's size in bytes, given as DynamoDB's JSON writes it."""
    ((kind, content),) = value.items()
    if kind == "S":
        return len(content.encode())
    if kind == "N":
        return _number_size(content)
    if kind == "B":
        return len(content)
    if kind in ("BOOL", "NULL"):
        return 1
    if kind in ("SS", "NS", "BS"):
        return sum(value_size({kind[0]: each}) for each in content)
    if kind == "L":
        return 3 + sum(1 + value_size(each) for each in content)
    return 3 + sum(1 + len(name.encode()) + value_size(each) for name, each in content.items())


def _number_size(text: str) -> int:
    digits = text.lstrip("-").replace(".", "").strip("0") or "0"
    return math.ceil(len(digits) / 2) + 1 + text.startswith("-")


def _blocks(size: int, block: int) -> int:
    return max(1, math.ceil(size / block))


def _names(schema: list[dict[str, str]]) -> list[str]:
    return [key["AttributeName"] for key in schema]
