"""From an Authorization header to an API token, attack first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from letterhead.tokens import secret
from letterhead.tokens.authentication import UnauthenticatedError, authenticate, presented_token
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.token import issue
from tests.fakes.token_lookup import InMemoryTokens

NOW = datetime(2026, 6, 14, 9, 0, tzinfo=UTC)
TEXT = secret.new_secret(Dialect.SENDARA, test_mode=False)
OTHER = secret.new_secret(Dialect.MAILERSEND, test_mode=False)

ACCEPTED = [
    f"Bearer {TEXT}",
    f"bearer {TEXT}",  # RFC 9110 section 11.1: the scheme's case doesn't matter
    f"BEARER {TEXT}",
    f"bEaReR {TEXT}",
    f"Bearer   {TEXT}",  # RFC 9110 section 11.6.2: 1*SP
]

REFUSED = [
    None,
    "",
    " ",
    "Bearer",
    "Bearer ",
    TEXT,  # no scheme
    f"Bearer{TEXT}",
    f"Token {TEXT}",
    f"Basic {TEXT}",
    "Basic dXNlcjpwYXNz",
    f"Bearer\t{TEXT}",
    f"Bearer\n{TEXT}",
    f"Bearer\u00a0{TEXT}",  # no-break space
    f" Bearer {TEXT}",
    f"Bearer {TEXT} ",
    f"Bearer {TEXT}\n",
    f"Bearer {TEXT}\r\nX-Account: other",
    f"Bearer {TEXT}\x00",
    f"Bearer {TEXT} {TEXT}",
    f"Bearer {TEXT}, Bearer {OTHER}",  # two headers, as API Gateway joins them
    f"Bearer {TEXT},Bearer {TEXT}",
    f"Bearer {TEXT},{TEXT}",
    f"Basic dXNlcjpwYXNz, Bearer {TEXT}",
    f'Bearer "{TEXT}"',
    f"Bearer <{TEXT}>",
    f"Bearer token={TEXT}",
    "Bearer ..",
    "Bearer " + "A" * 8192,
    "Bearer " + TEXT + "A" * 8192,
    f"Вearer {TEXT}",  # Cyrillic В
    f"Ｂｅａｒｅｒ {TEXT}",
    f"Bearer {TEXT[:-1]}\u0661",
]


@pytest.mark.parametrize("header", ACCEPTED)
def test_a_bearer_header_presents_its_token(header):
    assert presented_token(header) == TEXT


@pytest.mark.parametrize("header", REFUSED)
def test_anything_else_presents_none_and_costs_no_look_up(header):
    tokens = InMemoryTokens()

    assert presented_token(header) is None
    with pytest.raises(UnauthenticatedError):
        authenticate(header, tokens, NOW)
    assert tokens.asked == []


def stored(**changes):
    facts = {
        "token_id": "0token0token0tok",
        "account_id": "0account0account",
        "dialect": Dialect.SENDARA,
        "name": "",
        "scopes": frozenset({"admin"}),
        "now": NOW,
    }
    made = issue(**(facts | changes))
    tokens = InMemoryTokens()
    tokens.add(made.token)
    return made, tokens


def test_a_stored_token_is_who_calls():
    made, tokens = stored()

    assert authenticate(f"Bearer {made.text}", tokens, NOW) == made.token


def test_tokens_are_looked_up_by_their_hash_alone():
    made, tokens = stored()
    authenticate(f"Bearer {made.text}", tokens, NOW)

    assert tokens.asked == [secret.hash_of(made.text)]


def test_a_well_formed_token_that_nobody_issued_is_refused():
    _, tokens = stored()
    with pytest.raises(UnauthenticatedError):
        authenticate(f"Bearer {TEXT}", tokens, NOW)


@pytest.mark.parametrize("late", [timedelta(0), timedelta(microseconds=1), timedelta(days=400)])
def test_an_expired_token_is_refused(late):
    made, tokens = stored(expires_at=NOW + timedelta(hours=1))

    assert authenticate(f"Bearer {made.text}", tokens, NOW + timedelta(minutes=59))
    with pytest.raises(UnauthenticatedError):
        authenticate(f"Bearer {made.text}", tokens, NOW + timedelta(hours=1) + late)


def test_a_hash_is_no_token():
    made, tokens = stored()
    with pytest.raises(UnauthenticatedError):
        authenticate(f"Bearer {made.token.token_hash}", tokens, NOW)


def test_a_store_that_does_not_answer_lets_nobody_in():
    class Broken:
        def by_hash(self, token_hash):
            raise ConnectionError

    with pytest.raises(ConnectionError):
        authenticate(f"Bearer {TEXT}", Broken(), NOW)
