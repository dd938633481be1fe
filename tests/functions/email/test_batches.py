"""Sendara's batches: each mail as if it had been sent alone, its key included (contracts B.3)."""

from __future__ import annotations

import pytest

from letterhead.tokens.dialect import Dialect
from tests.fakes.dialect_mails import body
from tests.fakes.email_calls import send, stored, suppress

PATH = "/v1/send/batch"


def mail(to: str, key: str | None = None, **changes):
    return body(Dialect.SENDARA, to=to, **changes) | {"idempotency_key": key}


@pytest.fixture
def token(agency):
    return agency.token(Dialect.SENDARA)


@pytest.fixture
def batch(function, agency, domain, token):
    return lambda *mails: send(function, agency, Dialect.SENDARA, list(mails), PATH, token)


def test_each_mail_is_answered_in_its_place(batch, agency):
    suppress(agency, "gone@reader.example")
    answer = batch(mail("a@reader.example"), mail("nonsense"), mail("gone@reader.example"))
    assert answer.status == 200
    assert [each["success"] for each in answer.json] == [True, False, False]
    assert answer.json[0]["response"]["status"] == "queued"
    assert [each["error"]["code"] for each in answer.json[1:]] == ["invalid_request", "recipient_suppressed"]
    assert len(stored()) == 1


def test_a_mails_key_sends_it_once_in_batches_and_alone(batch, function, agency, token):
    first = batch(mail("a@reader.example", "a"), mail("b@reader.example", "b")).json
    again = batch(mail("a@reader.example", "a"), mail("c@reader.example", "c")).json
    alone = send(function, agency, Dialect.SENDARA, mail("b@reader.example", "b"), token=token)
    assert again[0] == first[0]
    assert (alone.status, alone.json) == (201, first[1]["response"])
    assert len(stored()) == 3


def test_a_key_twice_in_a_batch_is_one_mail_and_no_two_different_ones(batch):
    same, twin, other = batch(
        mail("a@reader.example", "k"), mail("a@reader.example", "k"), mail("b@reader.example", "k")
    ).json
    assert same == twin
    assert (other["success"], other["error"]["code"]) == (False, "idempotency_key_reused")
    assert len(stored()) == 1


def test_a_key_that_is_none_is_refused_in_its_place(batch):
    answer = batch(mail("a@reader.example", "x" * 256), mail("b@reader.example"))
    assert [each["success"] for each in answer.json] == [False, True]
    assert "idempotency_key" in answer.json[0]["error"]["message"]


def test_what_was_taken_before_something_stopped_answering_is_told(batch, dynamodb_faults):
    dynamodb_faults.mend()
    assert batch(mail("a@reader.example"), mail("b@reader.example")).status == 200
    calls, told = len(dynamodb_faults.calls), set()
    for number in range(1, calls + 1):
        dynamodb_faults.break_call(number)
        answer = batch(mail("a@reader.example"), mail("b@reader.example"))
        dynamodb_faults.mend()
        if answer.status == 503:
            continue
        told.add(tuple(each["success"] for each in answer.json))
        assert all(each["success"] or each["error"]["status"] == 503 for each in answer.json)
    assert (True, False) in told
