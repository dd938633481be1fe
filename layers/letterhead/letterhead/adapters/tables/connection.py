"""One DynamoDB connection for all tables of the process."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.connection.base import Connection
from pynamodb.models import Model

from letterhead.adapters.aws_session import session
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import botocore.session
    from pynamodb.connection.table import TableConnection

# The gateway gives up after 30 s; a table that doesn't answer in a few seconds won't.
_CONNECT_SECONDS = 1.5
_READ_SECONDS = 3.0
_ATTEMPTS = 2
# A write that meets a transaction on its item is refused, not waited for (API reference, TransactionConflictException).
_CONFLICT = "TransactionConflictException"
_PAUSES_AFTER_CONFLICT = (0.05, 0.1, 0.2, 0.4)
_TEMPORARY = frozenset(
    {
        "InternalServerError",
        "ItemCollectionSizeLimitExceededException",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
        _CONFLICT,
        "TransactionInProgressException",
    }
)


_SERVER_ERROR = 500


class StoreUnavailableError(UnavailableError):
    """DynamoDB doesn't answer or throttles."""


class _ProcessConnection(Connection):
    @property
    def session(self) -> botocore.session.Session:
        return session()

    def dispatch(self, operation_name: str, operation_kwargs: dict[str, Any]) -> dict[str, Any]:
        for pause in (*_PAUSES_AFTER_CONFLICT, None):
            try:
                return super().dispatch(operation_name, operation_kwargs)
            except ClientError as error:
                if _code(error) == _CONFLICT and pause is not None:
                    time.sleep(pause)
                elif _temporary(error):
                    raise StoreUnavailableError from error
                else:
                    raise
            except BotoCoreError as error:
                raise StoreUnavailableError from error
        raise StoreUnavailableError


def _temporary(error: ClientError) -> bool:
    # PynamoDB's own error keeps the code alone; the one behind it has the HTTP status too.
    behind = error.__cause__ if isinstance(error.__cause__, ClientError) else error
    status = behind.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= _SERVER_ERROR or _code(error) in _TEMPORARY


def _code(error: ClientError) -> str:
    code: str = error.response.get("Error", {}).get("Code", "")
    return code


@cache
def connection() -> Connection:
    """The process's connection. Its region is the environment's."""
    return _ProcessConnection(
        connect_timeout_seconds=_CONNECT_SECONDS,
        read_timeout_seconds=_READ_SECONDS,
        max_retry_attempts=_ATTEMPTS,
    )


class TableModel(Model):
    """A model whose table's name is known only at run time and whose connection is the process's."""

    @classmethod
    def bind(cls, table_name: str) -> None:
        """Say which table holds this model."""
        cls.Meta.table_name = table_name

    @classmethod
    def stored(cls, hash_key: str, range_key: str) -> Mapping[str, Mapping[str, Any]] | None:
        """An item as DynamoDB has it at this moment, whatever is in it."""
        answer: Mapping[str, Any] = cls._get_connection().get_item(hash_key, range_key, consistent_read=True)
        item: Mapping[str, Mapping[str, Any]] | None = answer.get("Item")
        return item

    @classmethod
    def _get_connection(cls) -> TableConnection:
        # PynamoDB makes a client for each model; creating one takes a third of a cold start.
        table = super()._get_connection()
        shared = connection()
        if table.connection is not shared:
            shared.add_meta_table(table.get_meta_table())
            table.connection = shared
        return table
