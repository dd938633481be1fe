"""What DynamoDB's trouble becomes: try again later, or a fault of ours."""

from __future__ import annotations

import socket

import pytest
from pynamodb.exceptions import GetError

from letterhead.adapters.tables import connection as connections
from letterhead.adapters.tables.connection import StoreUnavailableError, connection
from letterhead.adapters.tables.tokens import TokenTable
from letterhead.unavailable import UnavailableError
from tests.fakes.scripted_server import Script, aws_error

# DynamoDB developer guide, "Error handling with DynamoDB": what is worth another try.
TEMPORARY = [
    aws_error("ThrottlingException"),
    aws_error("ProvisionedThroughputExceededException"),
    aws_error("RequestLimitExceeded"),
    aws_error("LimitExceededException"),
    aws_error("TransactionInProgressException"),
    aws_error("InternalServerError", 500),
    aws_error("ServiceUnavailable", 503),
    Script(500, b""),
    Script(502, b"<html>Bad Gateway</html>", {"content-type": "text/html"}),
    Script(503, b"<html>Service Unavailable</html>", {"content-type": "text/html"}),
    Script(drops=True),
]
OURS = [
    aws_error("ResourceNotFoundException"),
    aws_error("AccessDeniedException"),
    aws_error("ValidationException"),
    aws_error("UnrecognizedClientException"),
]


def read() -> None:
    TokenTable("TokensTable").by_hash("0" * 64)


@pytest.mark.parametrize(
    "answer", TEMPORARY, ids=lambda one: f"{one.status} {one.headers.get('x-amzn-errortype')}"
)
def test_trouble_that_passes_is_unavailable_after_a_few_tries(dynamodb_script, answer):
    dynamodb_script.answers = [answer]

    with pytest.raises(StoreUnavailableError) as refused:
        read()
    assert isinstance(refused.value, UnavailableError)
    assert refused.value.retry_after > 0
    assert dynamodb_script.asked <= 3


@pytest.mark.parametrize(
    "answer", [TEMPORARY[0], TEMPORARY[5], TEMPORARY[8]], ids=lambda one: str(one.status)
)
def test_trouble_that_has_passed_is_not_noticed(dynamodb_script, answer):
    dynamodb_script.answers = [answer, Script(body=b"{}")]

    read()
    assert dynamodb_script.asked == 2


def test_a_write_that_meets_a_transaction_is_tried_again_and_then_unavailable(dynamodb_script, monkeypatch):
    monkeypatch.setattr(connections, "_PAUSES_AFTER_CONFLICT", (0, 0))
    conflict = aws_error("TransactionConflictException")
    dynamodb_script.answers = [conflict, conflict, Script(body=b"{}")]
    read()
    assert dynamodb_script.asked == 3

    dynamodb_script.answers = [conflict]
    with pytest.raises(StoreUnavailableError):
        read()
    assert dynamodb_script.asked == 6


@pytest.mark.parametrize("answer", OURS, ids=lambda one: one.headers["x-amzn-errortype"])
def test_what_no_time_heals_is_not_called_unavailable(dynamodb_script, answer):
    dynamodb_script.answers = [answer]

    with pytest.raises(GetError):
        read()
    assert dynamodb_script.asked == 1


def test_a_table_that_hangs_is_given_up(dynamodb_script, monkeypatch):
    monkeypatch.setattr(connections, "_READ_SECONDS", 0.05)
    dynamodb_script.answers = [Script(hangs=0.3)]

    with pytest.raises(StoreUnavailableError):
        read()


def test_nobody_listening_is_unavailable(dynamodb_script, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", f"http://127.0.0.1:{port}")

    with pytest.raises(StoreUnavailableError):
        read()


def test_hanging_tables_are_given_up_before_the_gateway_gives_up():
    # API Gateway answers 503 by itself after 30 seconds, in no dialect's shape.
    tries = connections._ATTEMPTS + 1
    assert tries * (connections._CONNECT_SECONDS + connections._READ_SECONDS) < 29


def test_all_tables_share_one_connection(tables):
    TokenTable("TokensTable").by_hash("0" * 64)
    from letterhead.adapters.tables.accounts import AccountItem, AccountTable
    from letterhead.adapters.tables.tokens import TokenItem

    AccountTable("AccountsTable").by_id("x")
    assert TokenItem._get_connection().connection is connection()
    assert AccountItem._get_connection().connection is connection()
