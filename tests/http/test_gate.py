"""The limits at the door: what is told with every answer, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from letterhead.accounts.limits import AccountLimits
from letterhead.http.gate import Gate
from letterhead.limits.leases import Leases
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.secret import hash_of
from tests.fakes.limit_store import InMemoryLedgers
from tests.http.conftest import Door

MAILERSEND, SENDARA, SENDMAILOS = Dialect.MAILERSEND, Dialect.SENDARA, Dialect.SENDMAILOS

# Contracts A.1, B.1 and C.1: the names of the headers.
HEADERS = [
    (
        MAILERSEND,
        "/v1/domains",
        {"x-ratelimit-limit", "x-ratelimit-remaining", "x-apiquota-remaining", "x-apiquota-reset"},
    ),
    (SENDARA, "/v1/domains", {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"}),
    (SENDMAILOS, "/api/v1/domains", {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"}),
]
REFUSALS = [
    (MAILERSEND, "/v1/domains", {"message": "Too many requests."}),
    (
        SENDARA,
        "/v1/domains",
        {"error": {"code": "rate_limit_exceeded", "message": "Too many requests.", "status": 429}},
    ),
    (
        SENDMAILOS,
        "/api/v1/domains",
        {"success": False, "error": "Too many requests.", "code": "RATE_LIMITED"},
    ),
]


def door_with(*amounts: int, store: InMemoryLedgers | None = None) -> Door:
    return Door("domains", gate=Gate(Leases(store or InMemoryLedgers(), 0), amounts or (600, 6000, 50000)))


@pytest.mark.parametrize(("dialect", "path", "names"), HEADERS)
def test_every_answer_to_a_token_tells_its_limits(dialect, path, names):
    door = door_with()
    token = door.token(dialect)

    for answer in (door.call("GET", path, token), door.call("POST", path, token, body="{")):
        assert names <= set(answer.headers)
        assert answer.headers["x-ratelimit-limit"] == "600"


@pytest.mark.parametrize(("dialect", "path", "body"), REFUSALS, ids=str)
def test_the_request_after_the_last_is_refused_and_told_when_to_come_back(dialect, path, body):
    door = door_with(2, 6000, 50000)
    token = door.token(dialect)

    assert [door.call("GET", path, token).status for _ in range(2)] == [200, 200]
    refused = door.call("GET", path, token)
    assert (refused.status, refused.json) == (429, body)
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert refused.headers["x-ratelimit-remaining"] == "0"
    assert len(door.reached) == 2


def test_an_accounts_own_limit_goes_before_the_deployments():
    door = door_with()
    token = door.token(SENDARA)
    known = door.tokens.by_hash(hash_of(token))
    door.tokens.add(replace(known, limits=AccountLimits(requests_per_minute=1)))

    assert [door.call("GET", "/v1/domains", token).status for _ in range(2)] == [200, 429]


def test_without_a_usable_token_no_limit_is_asked_or_told():
    store = InMemoryLedgers()
    door = door_with(store=store)

    answer = door.call("GET", "/v1/domains", "sk_live_unknown")
    assert (answer.status, store.reads, store.writes) == (401, [], [])
    assert not [name for name in answer.headers if "ratelimit" in name]


def test_a_store_of_limits_that_fails_lets_requests_through():
    store = InMemoryLedgers()
    store.failing = True
    door = door_with(store=store)

    assert door.call("GET", "/v1/domains", door.token(SENDARA)).status == 200
