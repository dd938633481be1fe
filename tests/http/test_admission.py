"""Whether a token may make a call, through the router; and the note that it did."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from letterhead.http.admission import UseNotes
from letterhead.tokens import secret
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.scopes import SCOPES
from letterhead.tokens.token import issue
from tests.fakes.sending_domains import NOW
from tests.fakes.token_lookup import InMemoryTokens

LIST = {
    Dialect.MAILERSEND: "/v1/domains",
    Dialect.SENDARA: "/v1/domains",
    Dialect.SENDMAILOS: "/api/v1/domains",
}
HERE = "203.0.113.9"


def with_facts(door, dialect, **facts) -> str:
    text = door.token(dialect)
    door.tokens.add(replace(door.tokens.by_hash(secret.hash_of(text)), **facts))
    return text


def message_of(answer, dialect) -> str:
    if dialect is Dialect.SENDARA:
        return answer.json["error"]["message"]
    return answer.json["error" if dialect is Dialect.SENDMAILOS else "message"]


REFUSED = [
    ({"paused": True}, "GET", "paused"),
    ({"account_suspended": True}, "GET", "suspended"),
    ({"allowed_networks": ("198.51.100.0/24",)}, "GET", "address"),
    ({"domain_id": "0domain00domain0"}, "POST", "restricted"),
    ({"identity_id": "0identity0ident0"}, "POST", "restricted"),
    ({"test_mode": True}, "POST", "test key"),
]


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize(("facts", "method", "said"), REFUSED)
def test_a_token_that_may_not_is_told_why_in_its_dialect(door, dialect, facts, method, said):
    text = with_facts(door, dialect, **facts)
    answer = door.call(method, LIST[dialect], text, source=HERE)
    assert answer.status == 403
    assert said in message_of(answer, dialect) or answer.json == {"message": "Forbidden."}
    assert (answer.json == {"message": "Forbidden."}) is (dialect is Dialect.MAILERSEND)
    assert door.reached == []


@pytest.mark.parametrize("source", ["", "not an address", "203.0.113.9, 198.51.100.1"])
def test_a_caller_whose_address_is_not_known_is_in_no_network(door, source):
    text = with_facts(door, Dialect.SENDARA, allowed_networks=("0.0.0.0/0", "::/0"))
    assert door.call("GET", "/v1/domains", text, source=source).status == 403


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "x-real-ip", "true-client-ip"])
def test_no_header_makes_up_an_address(door, header):
    text = with_facts(door, Dialect.SENDARA, allowed_networks=("198.51.100.0/24",))
    answer = door.call("GET", "/v1/domains", text, source=HERE, headers={header: "198.51.100.1"})
    assert answer.status == 403


def test_a_restricted_or_test_token_reads_what_is_open_to_it(door):
    for facts in (
        {"domain_id": "0domain00domain0"},
        {"identity_id": "0identity0ident0"},
        {"test_mode": True},
    ):
        text = with_facts(door, Dialect.SENDARA, **facts)
        assert door.call("GET", "/v1/domains", text).status == 200


class Counting(InMemoryTokens):
    def __init__(self, failure: Exception | None = None) -> None:
        super().__init__()
        self.noted: list[date] = []
        self._failure = failure

    def note_use(self, token_hash, day):
        self.noted.append(day)
        if self._failure:
            raise self._failure
        super().note_use(token_hash, day)


def a_token(**facts):
    made = issue(
        token_id="0token0token0tok",
        account_id="0account0account",
        dialect=Dialect.SENDARA,
        name="",
        scopes=SCOPES[Dialect.SENDARA],
        now=NOW,
    )
    return replace(made.token, **facts)


def test_a_day_is_noted_once_and_each_day_anew():
    tokens = Counting()
    notes, token = UseNotes(tokens), a_token()
    today, tomorrow = NOW.date(), NOW.date() + timedelta(days=1)
    for day in (today, today, tomorrow, tomorrow):
        notes.note(token, day)
    assert tokens.noted == [today, tomorrow]


@pytest.mark.parametrize("known", [NOW.date(), NOW.date() + timedelta(days=1)])
def test_a_day_that_is_known_already_is_not_noted(known):
    tokens = Counting()
    UseNotes(tokens).note(a_token(last_used=known), NOW.date())
    assert tokens.noted == []


def test_a_day_that_cannot_be_noted_is_not_tried_with_every_request():
    tokens = Counting(RuntimeError("down"))
    notes, token = UseNotes(tokens), a_token()
    with pytest.raises(RuntimeError):
        notes.note(token, NOW.date())
    notes.note(token, NOW.date())
    assert len(tokens.noted) == 1


def test_two_tokens_are_noted_each(door):
    texts = [door.token(Dialect.SENDARA) for _ in range(2)]
    for text in texts:
        door.call("GET", "/v1/domains", text)
    assert {door.tokens.by_hash(secret.hash_of(text)).last_used for text in texts} == {NOW.date()}


def test_a_refused_token_is_not_noted(door):
    text = with_facts(door, Dialect.SENDARA, paused=True)
    door.call("GET", "/v1/domains", text)
    assert door.tokens.by_hash(secret.hash_of(text)).last_used is None
