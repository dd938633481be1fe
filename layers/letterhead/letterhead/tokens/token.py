"""An API token as authentication finds it, and when it may be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.accounts.limits import NO_LIMITS, AccountLimits
from letterhead.accounts.settings import DEFAULTS, AccountSettings
from letterhead.tokens import secret
from letterhead.tokens.grant import Grant, Reach
from letterhead.tokens.scopes import SCOPES
from letterhead.values import value_type

if TYPE_CHECKING:
    from datetime import date, datetime

    from letterhead.tokens.dialect import Dialect


class UnknownScopeError(ValueError):
    """A scope isn't one of the dialect's, or none was named."""

    def __init__(self, scopes: list[str]) -> None:
        super().__init__(f"unknown scopes: {', '.join(scopes)}" if scopes else "no scope named")
        self.scopes = scopes


@value_type
class ApiToken:
    """What one secret of a token stands for. Its text is not known: only `token_hash` is kept.

    `replaced` says that a rotation has put another secret in this one's place and that this one lives out its overlap;
    `expires_at` is then the overlap's end. `last_used` is the last day (UTC) on which it was accepted. `account_suspended`,
    `limits` and `settings` are copies of the account's.
    """

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
    domain_id: str | None = None
    identity_id: str | None = None
    allowed_networks: tuple[str, ...] = ()
    paused: bool = False
    replaced: bool = False
    last_used: date | None = None
    limits: AccountLimits = NO_LIMITS
    settings: AccountSettings = DEFAULTS

    def expired(self, now: datetime) -> bool:
        """Whether its time has run out."""
        return self.expires_at is not None and self.expires_at <= now

    @property
    def grant(self) -> Grant:
        """What it may do."""
        return Grant(
            self.scopes,
            self.test_mode,
            self.expires_at,
            self.domain_id,
            self.identity_id,
            self.allowed_networks,
        )

    @property
    def reach(self) -> Reach:
        """How much of the account it reaches."""
        return self.grant.reach

    def sees_domain(self, domain_id: str) -> bool:
        """Whether a sending domain of its account is within its restriction; a token of one identity sees no domain."""
        return self.identity_id is None and self.domain_id in (None, domain_id)

    def sees_identity(self, identity_id: str, domain_id: str) -> bool:
        """Whether a sender identity of its account, hanging on that domain, is within its restriction."""
        return self.identity_id in (None, identity_id) and self.domain_id in (None, domain_id)


@value_type
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
    domain_id: str | None = None,
    identity_id: str | None = None,
    allowed_networks: tuple[str, ...] = (),
    limits: AccountLimits = NO_LIMITS,
    settings: AccountSettings = DEFAULTS,
) -> IssuedToken:
    """Make a token; its text is in the answer and nowhere else. Raises `UnknownScopeError`."""
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
        domain_id=domain_id,
        identity_id=identity_id,
        allowed_networks=allowed_networks,
        limits=limits,
        settings=settings,
    )
    return IssuedToken(token, text)
