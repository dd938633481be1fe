"""The template's tables and queues in moto, under their logical ids as names, and faults of DynamoDB on demand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from letterhead.adapters.tables.connection import connection
from tests.fakes.quick_dynamodb import empty_copy
from tests.fakes.quick_moto import make_moto_quick
from tests.fakes.source_template import TABLE, resources

REGION = "eu-west-1"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
}
_OF_A_TABLE = (
    "AttributeDefinitions",
    "BillingMode",
    "GlobalSecondaryIndexes",
    "KeySchema",
    "LocalSecondaryIndexes",
    "StreamSpecification",
)


make_moto_quick()


@contextmanager
def aws_with_tables() -> Iterator[None]:
    """Moto's AWS with the template's tables, each named by its logical id."""
    tables = _empty_tables()
    with mock_aws():
        # Putting copies in place is a hundred times as fast as creating the tables for each test.
        backend = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION]
        backend.tables.update({name: empty_copy(table) for name, table in tables.items()})
        yield


@cache
def _empty_tables() -> dict[str, Any]:
    with mock_aws():
        client = connection().client
        for name, properties in resources(TABLE).items():
            asked: dict[str, Any] = {key: properties[key] for key in _OF_A_TABLE if key in properties}
            if "StreamSpecification" in asked:
                asked["StreamSpecification"] = {**asked["StreamSpecification"], "StreamEnabled": True}
            client._make_api_call("CreateTable", {"TableName": name, **asked})
        return {
            name: empty_copy(table)
            for name, table in dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables.items()
        }


class DynamoDbFaults:
    """Breaks one call of the process's DynamoDB connection: `calls` lists the operations that went through it.

    Permits of the limits and turns at SES aren't counted: how often one is taken is up to others, and no request fails for it.
    """

    def __init__(self) -> None:
        self.calls: list[str] = []
        self._broken: int | None = None
        self._performed = False

    def break_call(self, number: int, *, performed: bool = False) -> None:
        """From now on the call of that number, counted from 0, fails; a `performed` one has had its effect first."""
        self.calls.clear()
        self._broken, self._performed = number, performed

    def mend(self) -> None:
        """Break nothing any more."""
        self.calls.clear()
        self._broken = None

    @contextmanager
    def installed(self) -> Iterator[DynamoDbFaults]:
        """Watch the connection for as long as this lasts."""
        events = connection().client.meta.events
        events.register("before-call.dynamodb", self._before)
        events.register("after-call.dynamodb", self._after)
        try:
            yield self
        finally:
            events.unregister("before-call.dynamodb", self._before)
            events.unregister("after-call.dynamodb", self._after)

    def _before(self, model: Any, params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context["is_permit"] = any(table in params["body"] for table in (b"LimitsTable", b"SweepsTable"))
        if context["is_permit"]:
            return
        self.calls.append(model.name)
        if self._is_broken and not self._performed:
            raise EndpointConnectionError(endpoint_url="https://dynamodb")

    def _after(self, context: dict[str, Any], **_: Any) -> None:
        if self._is_broken and not context["is_permit"]:
            raise ReadTimeoutError(endpoint_url="https://dynamodb")

    @property
    def _is_broken(self) -> bool:
        return self._broken is not None and len(self.calls) == self._broken + 1
