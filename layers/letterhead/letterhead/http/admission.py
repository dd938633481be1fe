"""Whether an authenticated token may make a call, and the note of the day on which it did."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from letterhead.tokens.scopes import allows

if TYPE_CHECKING:
    from letterhead.http.routes import Route
    from letterhead.tokens.authentication import TokenLookup
    from letterhead.tokens.token import ApiToken


class ForbiddenError(Exception):
    """The token's scopes don't cover the call."""


class RestrictedTokenError(Exception):
    """The call is about more of the account than the token is restricted to."""


class LiveTokenNeededError(Exception):
    """The call would reach beyond Letterhead, which test tokens never do."""


def check_call(token: ApiToken, route: Route) -> None:
    """Refuse a call that the table of routes doesn't open to this token.

    Raises `ForbiddenError`, `RestrictedTokenError`, `LiveTokenNeededError`.
    """
    if not allows(token.scopes, route.scope):
        raise ForbiddenError
    if token.reach < route.reach:
        raise RestrictedTokenError
    if token.test_mode and not route.open_to_test_tokens:
        raise LiveTokenNeededError


class UseNotes:
    """Notes each token's last day, by one write a token and day at most; an environment tries each once."""

    def __init__(self, tokens: TokenLookup) -> None:
        self._tokens = tokens
        self._day = date.min
        self._noted: set[str] = set()

    def note(self, token: ApiToken, day: date) -> None:
        """Note that a token was accepted on a day, unless that is known."""
        if day != self._day:
            self._day, self._noted = day, set()
        if token.token_hash in self._noted:
            return
        self._noted.add(token.token_hash)
        if token.last_used is None or token.last_used < day:
            self._tokens.note_use(token.token_hash, day)
