"""What every `TokenLookup` promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from letterhead.tokens import secret
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.scopes import SCOPES
from letterhead.tokens.token import ApiToken, issue
from tests.fakes.sending_domains import NOW


def token(dialect: Dialect = Dialect.SENDARA, **changes) -> ApiToken:
    made = issue(
        token_id="0token0token0tok",
        account_id="0account0account",
        dialect=dialect,
        name="first token",
        scopes=SCOPES[dialect],
        now=NOW,
    )
    return replace(made.token, **changes)


@pytest.mark.parametrize("dialect", Dialect)
def test_every_fact_of_a_token_comes_back_as_it_went_in(tokens, dialect):
    kept = token(dialect, expires_at=NOW + timedelta(days=30, microseconds=1), test_mode=True)
    tokens.add(kept)

    assert tokens.by_hash(kept.token_hash) == kept


def test_a_suspended_account_is_known_by_its_tokens(tokens):
    kept = token(account_suspended=True)
    tokens.add(kept)

    assert tokens.by_hash(kept.token_hash).account_suspended


@pytest.mark.parametrize("unknown", [secret.hash_of("x"), "x", "0" * 64, "*", "../..", "\x00"])
def test_an_unknown_hash_is_nobodys(tokens, unknown):
    tokens.add(token())

    assert tokens.by_hash(unknown) is None


def test_the_last_day_of_use_is_kept_and_never_set_back(tokens):
    kept = token()
    tokens.add(kept)
    for day in (date(2026, 6, 14), date(2026, 6, 15), date(2026, 6, 13), date(2026, 6, 15)):
        tokens.note_use(kept.token_hash, day)

    assert tokens.by_hash(kept.token_hash).last_used == date(2026, 6, 15)


def test_noting_the_use_of_a_token_that_is_gone_makes_none(tokens):
    tokens.note_use(secret.hash_of("gone"), date(2026, 6, 14))

    assert tokens.by_hash(secret.hash_of("gone")) is None
