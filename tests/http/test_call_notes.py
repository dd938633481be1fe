"""What goes into the access log: each call of a known token whose account wants it, in outline, and never at a call's cost."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta

import pytest

from letterhead.accounts.settings import AccountSettings
from letterhead.dialects.reply import Reply
from letterhead.domains.domain import DomainNotFoundError
from letterhead.tokens import secret
from letterhead.tokens.dialect import Dialect
from letterhead.unavailable import UnavailableError
from tests.fakes.api_gateway import REQUEST_ID
from tests.fakes.logged_calls import InMemoryCalls
from tests.fakes.sending_domains import NOW
from tests.http.conftest import Door

MAILERSEND, SENDARA = Dialect.MAILERSEND, Dialect.SENDARA
WANTED = AccountSettings(api_logging=True)


class Refusing:
    """A gate that is closed."""

    def admit(self, token, now):
        raise UnavailableError

    def headers(self, token, standings, now):
        return {}


class Unwritable:
    def add(self, call):
        raise UnavailableError


@pytest.fixture
def log() -> InMemoryCalls:
    return InMemoryCalls()


@pytest.fixture
def door(log) -> Door:
    return Door("domains", access_log=log)


def test_a_call_is_kept_in_outline(door, log):
    token = door.token(MAILERSEND, settings=WANTED, account_id="1account1account")
    door.call("GET", "/v1/domains/acme.com", token, source="198.51.100.7", headers={"user-agent": "agency/2"})

    (call,) = log.calls
    assert asdict(call) | {"call_id": "", "milliseconds": 0} == {
        "call_id": "",
        "account_id": "1account1account",
        "request_id": REQUEST_ID,
        "dialect": MAILERSEND,
        "method": "GET",
        "route": "/v1/domains/{domain}",
        "status": 200,
        "token_id": "0token0token0tok",
        "token_preview": secret.preview_of(token),
        "source_address": "198.51.100.7",
        "user_agent": "agency/2",
        "milliseconds": 0,
        "domain_id": None,
    }
    assert call.milliseconds >= 1


def test_nothing_is_kept_unless_the_account_wants_it(door, log):
    door.call("GET", "/v1/domains", door.token(MAILERSEND))

    assert log.calls == []


@pytest.mark.parametrize("authorization", [None, "Bearer nothing", f"Bearer {'x' * 60}"])
def test_nothing_is_kept_of_a_call_whose_token_nobody_knows(door, log, authorization):
    door.call("GET", "/v1/domains", authorization=authorization)
    door.call("GET", "/v1/domains", secret.new_secret(SENDARA, test_mode=False))

    assert log.calls == []


def test_nothing_that_a_call_says_is_kept(door, log):
    token = door.token(MAILERSEND, settings=WANTED)
    other = secret.new_secret(SENDARA, test_mode=False)
    door.call(
        "POST",
        "/v1/domains",
        token,
        body='{"name": "hunter2"}',
        query=f"access_token={other}&q=hunter2",
        headers={"user-agent": f"curl {other}\n{token}", "cookie": "hunter2", "idempotency-key": "hunter2"},
    )

    (call,) = log.calls
    kept = str(asdict(call))
    assert [word for word in ("hunter2", other, token, other[12:-4], token[9:-4], "\n") if word in kept] == []
    assert call.user_agent.startswith("curl sk_live_")


def test_the_domain_is_the_one_that_the_operation_names(door, log):
    def about(request):
        request.subject.domain_id = "0domain0domain0d"
        return Reply(200, {})

    door.acts = about
    door.call("GET", "/v1/domains/acme.com", door.token(MAILERSEND, settings=WANTED))

    assert [call.domain_id for call in log.calls] == ["0domain0domain0d"]


def test_a_restricted_tokens_calls_are_about_its_domain(door, log):
    door.call("GET", "/v1/domains", door.token(MAILERSEND, settings=WANTED, domain_id="0domain0domain0d"))

    assert [call.domain_id for call in log.calls] == ["0domain0domain0d"]


@pytest.mark.parametrize(
    ("error", "status"), [(DomainNotFoundError(), 404), (RuntimeError(), 500), (UnavailableError(), 503)]
)
def test_what_was_refused_or_failed_is_kept_too(door, log, error, status):
    def failing(request):
        raise error

    door.acts = failing
    door.call("GET", "/v1/domains", door.token(MAILERSEND, settings=WANTED))

    assert [call.status for call in log.calls] == [status]


def uncounted(door) -> list[str]:
    """Tokens whose calls are refused before any limit counts them."""
    paused = door.token(MAILERSEND, settings=WANTED)
    door.tokens.add(replace(door.tokens.by_hash(secret.hash_of(paused)), paused=True))
    return [
        paused,
        door.token(MAILERSEND, settings=WANTED, account_suspended=True),
        door.token(MAILERSEND, settings=WANTED, allowed_networks=("192.0.2.0/24",)),
    ]


def test_a_flood_that_no_limit_counts_is_one_note_a_minute_and_token(door, log):
    for token in uncounted(door):
        for _ in range(5):
            assert door.call("GET", "/v1/domains", token).status == 403

    assert [call.status for call in log.calls] == [403, 403, 403]


def test_a_flood_beyond_the_limits_is_one_note_a_minute_and_token(log):
    door = Door("domains", gate=Refusing(), access_log=log)
    token = door.token(MAILERSEND, settings=WANTED)
    for _ in range(5):
        door.call("GET", "/v1/domains", token)
    door.now = NOW + timedelta(minutes=1)
    door.call("GET", "/v1/domains", token)

    assert len(log.calls) == 2


def test_a_log_that_fails_fails_no_call_and_says_so_without_a_secret():
    door = Door("domains", access_log=Unwritable())
    token = door.token(MAILERSEND, settings=WANTED)

    assert door.call("GET", "/v1/domains", token).status == 200
    assert [line["message"] for line in door.lines] == ["call not noted", "request"]
    assert token[9:-4] not in door.log


def test_pages_for_people_are_in_no_log(log):
    page = Door("confirmations", access_log=log)
    page.call("GET", "/confirmations/abc", page.token(MAILERSEND, settings=WANTED))

    assert log.calls == []
