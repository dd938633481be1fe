"""Changing tokens while others change them too."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead.tokens import management, rotation
from letterhead.tokens.account_token import AccountToken, TokenNotFoundError
from letterhead.tokens.authority import BeyondAuthorityError, ReplacedSecretError
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.management import TokenChange
from letterhead.tokens.token import ApiToken, issue
from letterhead.unavailable import UnavailableError
from tests.fakes.account_tokens import InMemoryAccountTokens
from tests.fakes.sending_domains import NOW


def issued(token_id: str = "0token0token0tok", **facts) -> ApiToken:
    made = issue(
        token_id=token_id,
        account_id="0account0account",
        dialect=Dialect.MAILERSEND,
        name="a token",
        scopes=facts.pop("scopes", frozenset({"tokens_full"})),
        now=NOW,
    )
    return replace(made.token, **facts)


class Busy(InMemoryAccountTokens):
    """A store in which somebody else changes the token `times` times, each time right before a change of ours."""

    def __init__(self, times: int, change=lambda token: token) -> None:
        super().__init__()
        self.times, self._change = times, change

    def _unchanged(self, token: AccountToken) -> None:
        if self.times:
            self.times -= 1
            kept = self.by_id(token.account_id, token.dialect, token.token_id)
            assert kept is not None
            self._put(replace(self._change(kept), revision=kept.revision + 1))
        super()._unchanged(token)


CALLER = issued()
ACTS = {
    "rename": lambda token, store: management.change(
        CALLER, token, TokenChange(name="new"), store=store, now=NOW
    ),
    "pause": lambda token, store: management.change(
        CALLER, token, TokenChange(paused=True), store=store, now=NOW
    ),
    "rotate": lambda token, store: rotation.rotate(CALLER, token, timedelta(0), store=store, now=NOW),
    "delete": lambda token, store: management.delete(CALLER, token, store),
}


def kept_in(store, **facts) -> AccountToken:
    token = AccountToken.of(issued("0token0token0to1", **facts))
    store.add(token, domain=None, identity=None)
    return token


@pytest.mark.parametrize("act", ACTS)
def test_a_change_that_meets_another_is_made_upon_it(act):
    store = Busy(2)
    token = kept_in(store)
    ACTS[act](token, store)
    assert store.times == 0


@pytest.mark.parametrize("act", ACTS)
def test_a_change_that_always_meets_others_is_given_up_for_now(act):
    store = Busy(99)
    token = kept_in(store)
    with pytest.raises(UnavailableError):
        ACTS[act](token, store)


@pytest.mark.parametrize("act", ACTS)
def test_what_was_allowed_is_looked_at_again_after_a_meeting(act):
    # Between our look and our change the token has become one that this caller may not see.
    store = Busy(1, lambda token: replace(token, grant=replace(token.grant, test_mode=False)))
    token = kept_in(store, domain_id="0domain00domain0")
    caller = issued(domain_id="0domain00domain0", test_mode=True)
    seen = replace(token, grant=replace(token.grant, test_mode=True))
    acts = {
        "rename": lambda: management.change(caller, seen, TokenChange(name="new"), store=store, now=NOW),
        "pause": lambda: management.change(caller, seen, TokenChange(paused=True), store=store, now=NOW),
        "rotate": lambda: rotation.rotate(caller, seen, timedelta(0), store=store, now=NOW),
        "delete": lambda: management.delete(caller, seen, store),
    }
    with pytest.raises(TokenNotFoundError):
        acts[act]()


@pytest.mark.parametrize("act", ACTS)
def test_a_replaced_secret_changes_nothing(act):
    store = InMemoryAccountTokens()
    token = kept_in(store)
    caller = issued(replaced=True)
    acts = {
        "rename": lambda: management.change(caller, token, TokenChange(name="new"), store=store, now=NOW),
        "pause": lambda: management.change(caller, token, TokenChange(paused=True), store=store, now=NOW),
        "rotate": lambda: rotation.rotate(caller, token, timedelta(0), store=store, now=NOW),
        "delete": lambda: management.delete(caller, token, store),
    }
    with pytest.raises(ReplacedSecretError):
        acts[act]()
    assert store.by_id(token.account_id, token.dialect, token.token_id) == token


def test_a_wider_tokens_secret_is_refused_with_the_reason():
    store = InMemoryAccountTokens()
    token = kept_in(store, scopes=frozenset({"email_full"}))
    with pytest.raises(BeyondAuthorityError, match="scopes"):
        rotation.rotate(CALLER, token, timedelta(0), store=store, now=NOW)


def test_an_overlap_ends_with_the_token_at_the_latest():
    store = InMemoryAccountTokens()
    ends_at = NOW + timedelta(hours=1)
    token = kept_in(store, expires_at=ends_at)
    made = rotation.rotate(CALLER, token, timedelta(days=7), store=store, now=NOW)
    assert made.token.replaced.expires_at == ends_at
    assert made.token.overlapping(NOW) is not None
    assert made.token.overlapping(ends_at) is None
