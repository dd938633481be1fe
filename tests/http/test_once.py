"""Idempotency keys at the door: one effect, one answer, whatever is repeated."""

from __future__ import annotations

import pytest

from letterhead.dialects.reply import Reply
from letterhead.domains.names import DomainNameError
from letterhead.domains.ports import ProviderRefusedError
from letterhead.http.once import Once
from letterhead.tokens.dialect import Dialect
from letterhead.unavailable import UnavailableError
from tests.fakes.idempotency_store import InMemoryEntries
from tests.http.conftest import Door

SENDARA = Dialect.SENDARA
KEY = {"idempotency-key": "order-1"}
BODY = {"domain": "acme.com"}
CONFLICTS = [
    (Dialect.MAILERSEND, "/v1/domains", lambda body: set(body) == {"message"}),
    (SENDARA, "/v1/domains", lambda body: body["error"]["code"] == "idempotency_key_reused"),
    (Dialect.SENDMAILOS, "/api/v1/domains", lambda body: body["code"] == "CONFLICT"),
]


@pytest.fixture
def store() -> InMemoryEntries:
    return InMemoryEntries()


@pytest.fixture
def once_only(store) -> Door:
    return Door("domains", once=Once(store))


def post(door, token, body=BODY, headers=KEY):
    return door.call("POST", "/v1/domains", token, json=body, headers=headers)


def test_the_same_key_and_body_get_the_first_answer_byte_for_byte(once_only):
    token = once_only.token(SENDARA)
    replies = iter([Reply(201, {"id": 1}, {"X-Own": "kept"}), Reply(201, {"id": 2})])
    once_only.acts = lambda _: next(replies)

    first, again = post(once_only, token), post(once_only, token, {"domain": "acme.com"})
    assert len(once_only.reached) == 1
    assert (again.status, again.text, again.headers["x-own"]) == (first.status, first.text, "kept")
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers


@pytest.mark.parametrize(("dialect", "path", "is_conflict"), CONFLICTS)
def test_the_same_key_with_another_body_is_a_conflict(once_only, dialect, path, is_conflict):
    token = once_only.token(dialect)
    once_only.call("POST", path, token, json=BODY, headers=KEY)

    answer = once_only.call("POST", path, token, json={"domain": "other.com"}, headers=KEY)
    assert answer.status == 409
    assert is_conflict(answer.json)
    assert len(once_only.reached) == 1


def test_a_request_under_way_is_a_conflict_with_a_time_to_come_back(once_only):
    token = once_only.token(SENDARA)
    inner = []

    def act(_):
        inner.append(post(once_only, token))
        return Reply(201, {})

    once_only.acts = act
    assert post(once_only, token).status == 201
    assert (inner[0].status, inner[0].headers["retry-after"]) == (409, "2")


def test_another_token_or_another_call_may_use_the_same_key(once_only):
    mine, theirs = once_only.token(SENDARA), once_only.token(SENDARA, token_id="0token1token1tok")
    post(once_only, mine)

    assert post(once_only, theirs, {"domain": "other.com"}).status == 200
    assert once_only.call("DELETE", "/v1/domains/acme.com", mine, headers=KEY).status == 200
    assert len(once_only.reached) == 3


def test_what_may_be_told_once_is_null_in_a_replay(once_only):
    once_only.acts = lambda _: Reply(201, {"key": "sk_live_secret"}, secrets=("/key",))
    token = once_only.token(SENDARA)

    assert post(once_only, token).json == {"key": "sk_live_secret"}
    assert post(once_only, token).json == {"key": None}


def test_a_refusal_is_replayed_and_a_failure_is_tried_again(once_only):
    token = once_only.token(SENDARA)
    errors = iter([UnavailableError(), DomainNameError("is not a valid domain name"), AssertionError()])

    def act(_):
        raise next(errors)

    once_only.acts = act
    assert [post(once_only, token).status for _ in range(3)] == [503, 400, 400]
    assert len(once_only.reached) == 2


def test_what_waits_for_the_operator_is_tried_again_though_it_was_a_refusal(once_only):
    token = once_only.token(SENDARA)
    once_only.acts = raising(ProviderRefusedError("LimitExceededException"))
    assert post(once_only, token).status == 409

    once_only.acts = lambda _: Reply(201, {"id": 1})
    assert post(once_only, token).status == 201


def raising(error: Exception):
    def act(_):
        raise error

    return act


def test_reads_and_requests_without_a_key_are_not_kept(once_only):
    token = once_only.token(SENDARA)
    for _ in range(2):
        once_only.call("GET", "/v1/domains", token, headers=KEY)
        post(once_only, token, headers={})
    assert len(once_only.reached) == 4


def test_a_key_that_cannot_be_one_is_named(once_only):
    answer = post(once_only, once_only.token(SENDARA), headers={"idempotency-key": "x" * 256})

    assert answer.status == 400
    assert "Idempotency-Key" in answer.json["error"]["message"]
    assert once_only.reached == []


def test_without_its_store_a_request_with_a_key_does_not_run(store):
    def broken(*_, **__):
        raise UnavailableError

    store.begin = broken
    door = Door("domains", once=Once(store))

    assert post(door, door.token(SENDARA)).status == 503
    assert door.reached == []
