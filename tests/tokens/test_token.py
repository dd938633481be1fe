"""API tokens as they are made and kept."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest

from letterhead.tokens import secret
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.scopes import SCOPES
from letterhead.tokens.token import UnknownScopeError, issue

NOW = datetime(2026, 6, 14, 9, 0, tzinfo=UTC)


def issued(**changes):
    facts = {
        "token_id": "0token0token0tok",
        "account_id": "0account0account",
        "dialect": Dialect.SENDARA,
        "name": "first token",
        "scopes": frozenset({"admin"}),
        "now": NOW,
    }
    return issue(**(facts | changes))


def test_the_text_of_a_token_is_in_nothing_that_is_kept():
    made = issued()

    assert made.text not in str(asdict(made.token))
    assert made.text[8:51] not in str(asdict(made.token))
    assert made.token.token_hash == secret.hash_of(made.text)


@pytest.mark.parametrize("dialect", Dialect)
def test_a_token_may_have_all_scopes_of_its_dialect(dialect):
    assert issued(dialect=dialect, scopes=SCOPES[dialect]).token.scopes == SCOPES[dialect]


@pytest.mark.parametrize(
    ("dialect", "scopes"),
    [
        (Dialect.SENDARA, {"domains:write"}),
        (Dialect.SENDARA, {"admin", "domains_full"}),
        (Dialect.MAILERSEND, {"admin"}),  # would imply everything
        (Dialect.SENDMAILOS, {"admin"}),
        (Dialect.SENDMAILOS, {"domains:admin"}),
        (Dialect.SENDARA, {""}),
        (Dialect.SENDARA, set()),
    ],
)
def test_a_scope_of_another_dialect_or_none_at_all_is_refused(dialect, scopes):
    with pytest.raises(UnknownScopeError):
        issued(dialect=dialect, scopes=frozenset(scopes))


@pytest.mark.parametrize(
    ("expires_in", "expired"),
    [(timedelta(seconds=1), False), (timedelta(0), True), (-timedelta(seconds=1), True), (None, False)],
)
def test_a_token_expires_at_its_very_second(expires_in, expired):
    expires_at = None if expires_in is None else NOW + expires_in

    assert issued(expires_at=expires_at).token.expired(NOW) is expired


@pytest.mark.parametrize(("test_mode", "prefix"), [(True, "sk_test_"), (False, "sk_live_")])
def test_a_test_token_is_recognised_by_its_text_and_by_what_is_kept(test_mode, prefix):
    made = issued(test_mode=test_mode)

    assert made.text.startswith(prefix)
    assert made.token.test_mode is test_mode
