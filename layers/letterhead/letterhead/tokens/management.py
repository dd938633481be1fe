"""Looking at an account's tokens, changing and deleting them, each as far as the asking token may."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from letterhead.tokens.account_token import AccountToken, TokenChangedError
from letterhead.tokens.authority import check_may_change, check_sees, sees
from letterhead.tokens.grant import Reach
from letterhead.tokens.issuing import GrantRefusedError
from letterhead.tokens.scopes import allows
from letterhead.unavailable import UnavailableError
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from letterhead.tokens.dialect import Dialect
    from letterhead.tokens.token import ApiToken

_MORE_TRIES = 3


@value_type
class TokenPageRequest:
    """Which page, counted from 1; `size` is None for all tokens at once.

    `after` is the id of the last token on the page before, where the caller knows it: then the page costs as much as the
    first one. `domain_id` asks for the tokens that are restricted to that domain alone.
    """

    number: int = 1
    size: int | None = None
    after: str | None = None
    domain_id: str | None = None


@value_type
class TokenChange:
    """What is to become of a token; None leaves a thing as it is."""

    name: str | None = None
    paused: bool | None = None
    scopes: frozenset[str] | None = None

    def of(self, token: AccountToken) -> AccountToken:
        """The token as it is then."""
        scopes = token.grant.scopes if self.scopes is None else self.scopes
        return replace(
            token,
            name=token.name if self.name is None else self.name,
            paused=token.paused if self.paused is None else self.paused,
            grant=replace(token.grant, scopes=scopes),
        )


@value_type
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

    def save(self, token: AccountToken, *, before: AccountToken, now: datetime) -> AccountToken:
        """Store a new name, pause or scopes on the entry and on every living secret.

        Raises `TokenChangedError` when the token has changed since `before`.
        """

    def remove(self, token: AccountToken) -> None:
        """Forget the token and its secrets; raises `TokenChangedError` when it has changed meanwhile."""


def page_of(caller: ApiToken, request: TokenPageRequest, store: TokenReader) -> TokenPage:
    """A page of the tokens that the caller may know of."""
    if caller.reach is Reach.ACCOUNT and request.domain_id is None:
        page = store.page(caller.account_id, caller.dialect, request)
        return replace(page, tokens=store.with_last_use(page.tokens))
    domain_id = caller.domain_id or request.domain_id
    found = store.restricted_to(caller.account_id, domain_id=domain_id, identity_id=caller.identity_id)
    wanted = (token for token in found if request.domain_id in (None, token.grant.domain_id))
    known = sorted((token for token in wanted if sees(caller, token)), key=lambda each: each.token_id)
    known.reverse()
    start = (request.number - 1) * (request.size or 0)
    shown = known[start:] if request.size is None else known[start : start + request.size]
    return TokenPage(request, store.with_last_use(shown), len(known))


def find(caller: ApiToken, token_id: str, store: TokenReader) -> AccountToken:
    """A token that the caller may know of; raises `TokenNotFoundError`."""
    return check_sees(caller, store.by_id(caller.account_id, caller.dialect, token_id))


def look_at(caller: ApiToken, token_id: str, store: TokenReader) -> AccountToken:
    """A token that the caller may know of, with its last use; raises `TokenNotFoundError`."""
    (token,) = store.with_last_use([find(caller, token_id, store)])
    return token


def change(
    caller: ApiToken, token: AccountToken, change: TokenChange, *, store: TokenStore, now: datetime
) -> AccountToken:
    """Change a token at once, whichever of its secrets is used.

    Taking scopes away is as free as ending the token. Raises `GrantRefusedError` for scopes that the caller may not give it,
    `TokenNotFoundError`, `BeyondAuthorityError`, `ReplacedSecretError`.
    """
    for before in tries(caller, token, store):
        check_may_change(caller, before)
        after = change.of(before)
        _check_gains(caller, before, after)
        try:
            saved = store.save(after, before=before, now=now)
        except TokenChangedError:
            continue
        (shown,) = store.with_last_use([saved])
        return shown
    raise UnavailableError


def _check_gains(caller: ApiToken, before: AccountToken, after: AccountToken) -> None:
    """Refuse scopes that a token gains and the caller lacks, or has for less time or from fewer networks than the token."""
    gained = frozenset(scope for scope in after.grant.scopes if not allows(before.grant.scopes, scope))
    beyond = replace(after.grant, scopes=gained).beyond(caller.grant) if gained else ()
    if "scopes" in beyond:
        raise GrantRefusedError({"scopes": "The scopes can't go beyond the asking token's own."})
    if beyond:
        text = f"The scopes can't grow: that token goes beyond the asking one in {', '.join(beyond)}."
        raise GrantRefusedError({"scopes": text})


def delete(caller: ApiToken, token: AccountToken, store: TokenStore) -> None:
    """End a token at once; raises `TokenNotFoundError`, `BeyondAuthorityError`, `ReplacedSecretError`."""
    for found in tries(caller, token, store):
        check_may_change(caller, found)
        try:
            store.remove(found)
        except TokenChangedError:
            continue
        return
    raise UnavailableError


def tries(caller: ApiToken, token: AccountToken, store: TokenReader) -> Iterator[AccountToken]:
    """The token as it was read and, as often as it has changed meanwhile, as it is then."""
    yield token
    for _ in range(_MORE_TRIES):
        yield find(caller, token.token_id, store)
