"""Items that are written and read without a model, where each microsecond of a model would count."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from letterhead.adapters.tables.connection import connection

Item = Mapping[str, Any]


class ConditionFailedError(Exception):
    """The condition of a write didn't hold. `item` is what stands there, as far as it was asked for."""

    def __init__(self, item: Item) -> None:
        super().__init__("condition failed")
        self.item = item


def call(operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """One call of DynamoDB by the process's connection.

    Raises `ConditionFailedError`, `StoreUnavailableError`.
    """
    try:
        # What a call cost is read by nobody.
        return connection().dispatch(operation, {**arguments, "ReturnConsumedCapacity": "NONE"})
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        # PynamoDB passes on only the code and the message; botocore's own error, its cause, has the item.
        cause = error.__cause__
        found: Any = cause.response if isinstance(cause, ClientError) else {}
        raise ConditionFailedError(found.get("Item", {})) from error


def query_pages(arguments: dict[str, Any]) -> Iterator[Item]:
    """The items of a Query, page after page as they are asked for."""
    start: dict[str, Any] = {}
    while True:
        answer = call("Query", {**arguments, **start})
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def text(value: str) -> dict[str, str]:
    """A string as DynamoDB's JSON writes it."""
    return {"S": value}


def number(value: int) -> dict[str, str]:
    """A whole number as DynamoDB's JSON writes it."""
    return {"N": str(value)}


def text_in(item: Item, name: str) -> str | None:
    """A string attribute, or None."""
    value = item.get(name)
    return None if value is None else str(value["S"])


def once(act: Callable[[], object]) -> bool:
    """Write what may have been written before; whether it hadn't been."""
    try:
        act()
    except ConditionFailedError:
        return False
    return True
