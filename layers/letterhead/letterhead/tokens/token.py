"""An API token as it is kept, and when it may be used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from letterhead.tokens import secret
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.scopes import SCOPES


@dataclass(frozen=True)
class ApiToken:
    """What is known of a token. Its text is not: only `token_hash` is kept."""

    token_id: str
    token_hash: str
    account_id: str
    dialect: Dialect
    name: str
    scopes: frozenset[str]
    preview: str
    test_mode: bool
    created_at: datetime
    expires_at: datetime | None = None
    account_suspended: bool = False

    def expired(self, now: datetime) -> bool:
        """Whether its time has run out."""
        return self.expires_at is not None and self.expires_at <= now


@dataclass(frozen=True)
class IssuedToken:
    """A token just made, with the one chance to read its text."""

    token: ApiToken
    text: str


def issue(
    *,
    token_id: str,
    account_id: str,
    dialect: Dialect,
    name: str,
    scopes: frozenset[str],
    now: datetime,
    test_mode: bool = False,
    expires_at: datetime | None = None,
) -> IssuedToken:
    """Make a token; its text is in the answer and nowhere else."""
    unknown = scopes - SCOPES[dialect]
    if unknown or not scopes:
        raise UnknownScopeError(sorted(unknown))
    text = secret.new_secret(dialect, test_mode=test_mode)
    token = ApiToken(
        token_id=token_id,
        token_hash=secret.hash_of(text),
        account_id=account_id,
        dialect=dialect,
        name=name,
        scopes=scopes,
        preview=secret.preview_of(text),
        test_mode=test_mode,
        created_at=now,
        expires_at=expires_at,
    )
    return IssuedToken(token, text)


class UnknownScopeError(ValueError):
    """A scope isn't one of the dialect's, or none was named."""

    def __init__(self, scopes: list[str]) -> None:
        super().__init__(f"unknown scopes: {', '.join(scopes)}" if scopes else "no scope named")
        self.scopes = scopes
