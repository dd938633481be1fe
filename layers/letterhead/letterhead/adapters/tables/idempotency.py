"""The idempotency table: one item an entry, under its name. `expires_at` is the table's TTL attribute.

DynamoDB deletes expired items "within a few days" (TTL, developer guide), so whoever begins takes no notice of them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from letterhead.adapters.tables.connection import connection
from letterhead.idempotency.answer import Answer
from letterhead.idempotency.run import Entry, Run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_IS_FREE = (
    "attribute_not_exists(entry) OR expires_at <= :now "
    "OR (attribute_not_exists(ended) AND locked_until <= :now AND fingerprint = :fingerprint)"
)
_AT_ONCE = 100  # DynamoDB API reference, BatchGetItem
_IS_OURS = "run_id = :run_id"


class IdempotencyTable:
    """Where entries are kept."""

    def __init__(self, table_name: str) -> None:
        self._table_name = table_name

    def begin(self, run: Run, now: datetime) -> Entry | None:
        """Store a run and give None, in one PutItem (1 WRU); or give the entry that is in the way, read by the same call."""
        try:
            connection().dispatch(
                "PutItem",
                {
                    "TableName": self._table_name,
                    "Item": {
                        "entry": {"S": run.entry},
                        "run_id": {"S": run.run_id},
                        "fingerprint": {"S": run.fingerprint},
                        "locked_until": _seconds(run.locked_until),
                        "expires_at": _seconds(run.expires_at),
                    },
                    "ConditionExpression": _IS_FREE,
                    "ExpressionAttributeValues": {
                        ":now": _seconds(now),
                        ":fingerprint": {"S": run.fingerprint},
                    },
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                },
            )
        except ClientError as error:
            # PynamoDB passes on only the code and the message; botocore's own error, its cause, has the item.
            if not _is_refusal(error) or not isinstance(error.__cause__, ClientError):
                raise
            item: Mapping[str, Any] = dict(error.__cause__.response)["Item"]  # type: ignore[assignment]
            return _entry(item)
        return None

    def answers(self, entries: Sequence[str], now: datetime) -> Iterator[Answer]:
        """The answers that are kept under these names, read a hundred at a time (0.5 RRU for each entry that there is)."""
        for start in range(0, len(entries), _AT_ONCE):
            asked: Any = {
                self._table_name: {
                    "Keys": [{"entry": {"S": entry}} for entry in entries[start : start + _AT_ONCE]]
                }
            }
            while asked:
                found = connection().dispatch("BatchGetItem", {"RequestItems": asked})
                asked = found.get("UnprocessedKeys")
                kept = [
                    _entry(item)
                    for item in found["Responses"].get(self._table_name, [])
                    if _moment(item["expires_at"]) > now
                ]
                yield from (entry.answer for entry in kept if entry.answer is not None)

    def end(self, run: Run, answer: Answer | None) -> bool:
        """Store a run's answer in its entry, in one UpdateItem; whether the entry was still this run's."""
        kept: dict[str, Any] = {}
        if answer is not None:
            kept["M"] = {
                "status": {"N": str(answer.status)},
                "body": {"S": answer.body},
                "content_type": {"S": answer.content_type},
                "headers": {"M": {name: {"S": value} for name, value in answer.headers.items()}},
            }
        return self._if_ours(
            "UpdateItem",
            run,
            {"UpdateExpression": "SET ended = :ended"},
            {":ended": kept or {"NULL": True}},
        )

    def abandon(self, run: Run) -> bool:
        """Remove a run's entry, in one DeleteItem; whether it was still this run's."""
        return self._if_ours("DeleteItem", run, {}, {})

    def _if_ours(self, operation: str, run: Run, change: dict[str, Any], values: dict[str, Any]) -> bool:
        call = {
            "TableName": self._table_name,
            "Key": {"entry": {"S": run.entry}},
            "ConditionExpression": _IS_OURS,
            "ExpressionAttributeValues": {":run_id": {"S": run.run_id}, **values},
        }
        try:
            connection().dispatch(operation, call | change)
        except ClientError as error:
            if _is_refusal(error):
                return False
            raise
        return True


def _is_refusal(error: ClientError) -> bool:
    return error.response["Error"]["Code"] == "ConditionalCheckFailedException"


def _entry(item: Mapping[str, Any]) -> Entry:
    ended = item.get("ended", {})
    return Entry(
        fingerprint=item["fingerprint"]["S"],
        locked_until=_moment(item["locked_until"]),
        expires_at=_moment(item["expires_at"]),
        ended="ended" in item,
        answer=_answer(ended["M"]) if "M" in ended else None,
    )


def _answer(kept: Mapping[str, Any]) -> Answer:
    return Answer(
        status=int(kept["status"]["N"]),
        body=kept["body"]["S"],
        content_type=kept["content_type"]["S"],
        headers={name: value["S"] for name, value in kept["headers"]["M"].items()},
    )


def _seconds(moment: datetime) -> dict[str, str]:
    return {"N": str(int(moment.timestamp()))}


def _moment(value: Mapping[str, str]) -> datetime:
    return datetime.fromtimestamp(int(value["N"]), UTC)
