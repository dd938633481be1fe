"""The access log table: one item a call, under its account and its id. `forget_at` is the table's TTL attribute.

A write waits for DynamoDB no longer than `PATIENCE_SECONDS`, in a thread of its own: a call is worth more than the note of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from letterhead import identifiers
from letterhead.access_log.call import KEPT, LoggedCall
from letterhead.adapters.tables.connection import StoreUnavailableError, connection
from letterhead.tokens.dialect import Dialect

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Executor, Future

PATIENCE_SECONDS = 0.25


class AccessLogTable:
    """Where calls are kept."""

    def __init__(self, table_name: str) -> None:
        self._table_name = table_name
        self._writer: Executor | None = None
        self._writing: Future[None] | None = None

    def add(self, call: LoggedCall) -> None:
        """Keep a call, in one PutItem (1 WRU).

        Raises `UnavailableError` when that takes too long, or when an earlier write still goes on; it may be kept even so.
        """
        if self._writing is not None and not self._writing.done():
            raise StoreUnavailableError
        if self._writer is None:
            # Most accounts never want a log: what a thread needs is loaded for the first that does.
            from concurrent.futures import ThreadPoolExecutor

            self._writer = ThreadPoolExecutor(max_workers=1)
        self._writing = self._writer.submit(self._put, call)
        try:
            self._writing.result(timeout=PATIENCE_SECONDS)
        except TimeoutError as error:
            raise StoreUnavailableError from error

    def of_account(
        self, account_id: str, *, since: str, before: str | None, most: int
    ) -> Sequence[LoggedCall]:
        """At most so many of an account's calls, newest first, not older than the id `since` and older than `before`.

        One eventually consistent Query (0.5 RRU for each 4 KB, about 13 calls).
        """
        newest = {":newest": {"S": identifiers.before(before)}} if before is not None else {}
        ids = "call_id BETWEEN :since AND :newest" if newest else "call_id >= :since"
        if before is not None and identifiers.before(before) < since:
            return ()
        answer = connection().dispatch(
            "Query",
            {
                "TableName": self._table_name,
                "KeyConditionExpression": f"account_id = :account AND {ids}",
                "ExpressionAttributeValues": {
                    ":account": {"S": account_id},
                    ":since": {"S": since},
                    **newest,
                },
                "ScanIndexForward": False,
                "Limit": most,
            },
        )
        return [_call(item) for item in answer["Items"]]

    def _put(self, call: LoggedCall) -> None:
        connection().dispatch("PutItem", {"TableName": self._table_name, "Item": _item(call)})


def _item(call: LoggedCall) -> dict[str, Any]:
    forget_at = identifiers.made_at(call.call_id) + KEPT
    item = {
        "account_id": {"S": call.account_id},
        "call_id": {"S": call.call_id},
        "request_id": {"S": call.request_id},
        "dialect": {"S": call.dialect.value},
        "method": {"S": call.method},
        "route": {"S": call.route},
        "status": {"N": str(call.status)},
        "token_id": {"S": call.token_id},
        "preview": {"S": call.token_preview},
        "source": {"S": call.source_address},
        "agent": {"S": call.user_agent},
        "milliseconds": {"N": str(call.milliseconds)},
        "forget_at": {"N": str(int(forget_at.timestamp()))},
    }
    if call.domain_id is not None:
        item["domain_id"] = {"S": call.domain_id}
    return item


def _call(item: Mapping[str, Any]) -> LoggedCall:
    return LoggedCall(
        call_id=item["call_id"]["S"],
        account_id=item["account_id"]["S"],
        request_id=item["request_id"]["S"],
        dialect=Dialect(item["dialect"]["S"]),
        method=item["method"]["S"],
        route=item["route"]["S"],
        status=int(item["status"]["N"]),
        token_id=item["token_id"]["S"],
        token_preview=item["preview"]["S"],
        source_address=item["source"]["S"],
        user_agent=item["agent"]["S"],
        milliseconds=int(item["milliseconds"]["N"]),
        domain_id=item["domain_id"]["S"] if "domain_id" in item else None,
    )
