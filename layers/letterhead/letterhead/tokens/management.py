"""Looking at an account's tokens, renaming, pausing and deleting them, each as far as the asking token may."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from letterhead.tokens.account_token import AccountToken, TokenChangedError
from letterhead.tokens.authority import check_may_change, check_sees, sees
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.grant import Reach
from letterhead.tokens.token import ApiToken
from letterhead.unavailable import UnavailableError

_ATTEMPTS = 3


@dataclass(frozen=True)
class TokenPageRequest:
    """Which page, counted from 1; `size` is None for all tokens at once.

    `after` is the id of the last token on the page before, where the caller knows it: then the page costs as much as the
    first one.
    """

    number: int = 1
    size: int | None = None
    after: str | None = None


@dataclass(frozen=True)
class TokenPage:
    """The tokens of one page, newest first, and how many there are on all pages together."""

    request: TokenPageRequest
    tokens: tuple[AccountToken, ...]
    total: int


class TokenReader(Protocol):
    """Where an account's tokens are kept, read strongly consistent."""

    def by_id(self, account_id: str, dialect: Dialect, token_id: str) -> AccountToken | None:
        """The account's token of that dialect and id, or None."""

    def page(self, account_id: str, dialect: Dialect, request: TokenPageRequest) -> TokenPage:
        """A page of the account's tokens of a dialect; empty when it lies behind the last one."""

    def restricted_to(
        self, account_id: str, *, domain_id: str | None = None, identity_id: str | None = None
    ) -> Iterable[AccountToken]:
        """The account's tokens that are restricted to a domain, or to an identity, oldest first."""

    def with_last_use(self, tokens: Sequence[AccountToken]) -> tuple[AccountToken, ...]:
        """The same tokens with the last day on which any of their secrets was accepted."""


class TokenStore(TokenReader, Protocol):
    """Where an account's tokens are kept."""

    def save(self, token: AccountToken, *, before: AccountToken) -> AccountToken:
        """Store a new name or pause on the entry and on every living secret.

        Raises `TokenChangedError` when the token has changed since `before`.
        """

    def remove(self, token: AccountToken) -> None:
        """Forget the token and its secrets; raises `TokenChangedError` when it has changed meanwhile."""


def page_of(caller: ApiToken, request: TokenPageRequest, store: TokenReader) -> TokenPage:
    """A page of the tokens that the caller may know of."""
    if caller.reach is Reach.ACCOUNT:
        page = store.page(caller.account_id, caller.dialect, request)
        return replace(page, tokens=store.with_last_use(page.tokens))
    found = store.restricted_to(caller.account_id, domain_id=caller.domain_id, identity_id=caller.identity_id)
    known = sorted((token for token in found if sees(caller, token)), key=lambda each: each.token_id)
    known.reverse()
    start = (request.number - 1) * (request.size or 0)
    shown = known[start:] if request.size is None else known[start : start + request.size]
    return TokenPage(request, store.with_last_use(shown), len(known))


def look_at(caller: ApiToken, token_id: str, store: TokenReader) -> AccountToken:
    """One token with its last use; raises `TokenNotFoundError`."""
    (token,) = store.with_last_use([_found(caller, token_id, store)])
    return token


def rename(caller: ApiToken, token_id: str, name: str, store: TokenStore) -> AccountToken:
    """Give a token another name; raises `TokenNotFoundError`, `BeyondAuthorityError`, `ReplacedSecretError`."""
    return _change(caller, token_id, store, lambda token: replace(token, name=name))


def pause(caller: ApiToken, token_id: str, store: TokenStore, *, paused: bool) -> AccountToken:
    """Pause a token or let it go on, at once; raises `TokenNotFoundError`, `BeyondAuthorityError`, `ReplacedSecretError`."""
    return _change(caller, token_id, store, lambda token: replace(token, paused=paused))


def delete(caller: ApiToken, token_id: str, store: TokenStore) -> None:
    """End a token at once; raises `TokenNotFoundError`, `BeyondAuthorityError`, `ReplacedSecretError`."""
    for _ in range(_ATTEMPTS):
        token = _found(caller, token_id, store)
        check_may_change(caller, token)
        try:
            store.remove(token)
        except TokenChangedError:
            continue
        return
    raise UnavailableError


def _found(caller: ApiToken, token_id: str, store: TokenReader) -> AccountToken:
    return check_sees(caller, store.by_id(caller.account_id, caller.dialect, token_id))


def _change(
    caller: ApiToken, token_id: str, store: TokenStore, change: Callable[[AccountToken], AccountToken]
) -> AccountToken:
    for _ in range(_ATTEMPTS):
        before = _found(caller, token_id, store)
        check_may_change(caller, before)
        try:
            saved = store.save(change(before), before=before)
        except TokenChangedError:
            continue
        (token,) = store.with_last_use([saved])
        return token
    raise UnavailableError
