"""What one token may do to another of its account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.tokens.account_token import AccountToken, TokenNotFoundError
from letterhead.tokens.grant import Reach

if TYPE_CHECKING:
    from letterhead.tokens.token import ApiToken


class ReplacedSecretError(Exception):
    """A secret in its overlap changes no tokens: whoever leaked it could otherwise outlive the rotation."""


class BeyondAuthorityError(Exception):
    """The other token may do more than the asking one in a way that matters here; the message says so."""


def check_own_secret(caller: ApiToken) -> None:
    """Refuse a secret that a rotation has replaced; raises `ReplacedSecretError`."""
    if caller.replaced:
        raise ReplacedSecretError


def sees(caller: ApiToken, token: AccountToken) -> bool:
    """Whether the caller may know of a token of its account.

    Tokens of another dialect belong to another API. A restricted token knows only those that are at most as wide as itself.
    """
    if token.dialect is not caller.dialect:
        return False
    return caller.reach is Reach.ACCOUNT or not token.grant.beyond(caller.grant)


def check_sees(caller: ApiToken, token: AccountToken | None) -> AccountToken:
    """The token, if there is one and the caller may know of it; raises `TokenNotFoundError`."""
    if token is None or not sees(caller, token):
        raise TokenNotFoundError
    return token


def check_may_change(caller: ApiToken, token: AccountToken) -> None:
    """Refuse a test key that would change or delete a live one; raises `BeyondAuthorityError`."""
    check_own_secret(caller)
    if caller.test_mode and not token.grant.test_mode:
        raise BeyondAuthorityError("a test key changes test keys only")


def check_may_hold(caller: ApiToken, token: AccountToken) -> None:
    """Refuse to hand the caller a secret of a token that may do more than its own; raises `BeyondAuthorityError`."""
    check_may_change(caller, token)
    if beyond := token.grant.beyond(caller.grant):
        raise BeyondAuthorityError(f"that token goes beyond this one in {', '.join(beyond)}")
