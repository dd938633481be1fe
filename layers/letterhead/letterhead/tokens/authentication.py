"""Who is calling: from an Authorization header to an API token that may be used now and from here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from letterhead.tokens import networks, secret

if TYPE_CHECKING:
    from datetime import date, datetime

    from letterhead.tokens.token import ApiToken

_HEADER = re.compile(r"(?i:bearer) +(\S+)")


class UnauthenticatedError(Exception):
    """No usable token was presented."""


class AccountSuspendedError(Exception):
    """The token is good; its account is suspended."""


class TokenPausedError(Exception):
    """The token is good; its account has paused it."""


class SourceNotAllowedError(Exception):
    """The token is good; it may not be used from this address."""


class TokenLookup(Protocol):
    """Where tokens are kept."""

    def by_hash(self, token_hash: str) -> ApiToken | None:
        """The token of that hash as it is now, read strongly consistent, or None."""

    def note_use(self, token_hash: str, day: date) -> None:
        """Keep the day on which a token was accepted, unless it is gone or that day is kept already."""


def presented_token(authorization: str | None) -> str | None:
    """The token's text in an `Authorization: Bearer …` header (RFC 6750 section 2.1), or None.

    The scheme's case doesn't matter (RFC 9110 section 11.1). Text that can't be a token is None too, so that a flood of
    invented ones costs no look-up.
    """
    if authorization is None:
        return None
    match = _HEADER.fullmatch(authorization)
    if match is None or not secret.is_well_formed(match.group(1)):
        return None
    return match.group(1)


def authenticate(authorization: str | None, tokens: TokenLookup, now: datetime) -> ApiToken:
    """The token that the header presents.

    Raises `UnauthenticatedError` for an absent, malformed, unknown or expired token.
    """
    text = presented_token(authorization)
    if text is None:
        raise UnauthenticatedError
    token = tokens.by_hash(secret.hash_of(text))
    if token is None or token.expired(now):
        raise UnauthenticatedError
    return token


def admit(token: ApiToken, source: str) -> None:
    """Refuse a token that is who it says but may not be used now, or not from this source address.

    Raises `AccountSuspendedError`, `TokenPausedError`, `SourceNotAllowedError`.
    """
    if token.account_suspended:
        raise AccountSuspendedError
    if token.paused:
        raise TokenPausedError
    if token.allowed_networks and not networks.contain(token.allowed_networks, source):
        raise SourceNotAllowedError
