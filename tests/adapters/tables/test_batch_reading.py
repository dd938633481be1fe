"""Reading many items: all of them, or an error."""

from __future__ import annotations

import json

import pytest

from letterhead.adapters.tables import batch_reading
from letterhead.adapters.tables.batch_reading import read_all
from letterhead.adapters.tables.connection import StoreUnavailableError
from tests.fakes.scripted_server import Script, aws_error


def key(number):
    return {"name": {"S": f"name-{number}"}}


def answer(items=(), unanswered=()):
    body = {"Responses": {"Names": list(items)}}
    if unanswered:
        body["UnprocessedKeys"] = {"Names": {"Keys": list(unanswered), "ConsistentRead": True}}
    return Script(body=json.dumps(body).encode())


@pytest.fixture
def pauses(monkeypatch):
    taken = []
    monkeypatch.setattr(batch_reading.time, "sleep", taken.append)
    return taken


def test_nothing_is_asked_for_nothing(dynamodb_script):
    assert list(read_all("Names", [])) == []
    assert dynamodb_script.asked == 0


def test_what_was_left_unanswered_is_asked_for_again_a_little_later(dynamodb_script, pauses):
    dynamodb_script.answers = [
        answer([key(1)], [key(2), key(3)]),
        answer([key(3)], [key(2)]),
        answer([key(2)]),
    ]
    assert list(read_all("Names", [key(1), key(2), key(3)])) == [key(1), key(3), key(2)]
    assert pauses == [0.05, 0.1]


def test_keys_that_stay_unanswered_are_an_error_and_not_absent(dynamodb_script, pauses):
    dynamodb_script.answers = [answer([], [key(1)])]
    with pytest.raises(StoreUnavailableError):
        list(read_all("Names", [key(1)]))
    assert dynamodb_script.asked == 5


@pytest.mark.parametrize("code", ["ProvisionedThroughputExceededException", "InternalServerError"])
def test_a_table_that_does_not_answer_is_an_error(dynamodb_script, code):
    dynamodb_script.answers = [aws_error(code)]
    with pytest.raises(StoreUnavailableError):
        list(read_all("Names", [key(1)]))


@pytest.mark.parametrize(("keys", "calls"), [(1, 1), (100, 1), (101, 2), (250, 3)])
def test_a_call_asks_for_a_hundred_at_most(dynamodb_script, keys, calls):
    dynamodb_script.answers = [answer()]
    assert list(read_all("Names", [key(each) for each in range(keys)])) == []
    assert dynamodb_script.asked == calls
