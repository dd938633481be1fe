"""A token as its account manages it: one entry, whichever secret is current."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.accounts.limits import NO_LIMITS, AccountLimits
from letterhead.accounts.settings import DEFAULTS, AccountSettings
from letterhead.values import value_type

if TYPE_CHECKING:
    from datetime import date, datetime

    from letterhead.tokens.dialect import Dialect
    from letterhead.tokens.grant import Grant
    from letterhead.tokens.token import ApiToken


class TokenNotFoundError(Exception):
    """This account has no such token, or none that the asking token may see."""


class TokenChangedError(Exception):
    """The token isn't any more what it was when it was read."""


@value_type
class ReplacedSecret:
    """A secret that a rotation has replaced and that lives on until `expires_at`."""

    token_hash: str
    preview: str
    expires_at: datetime


@value_type
class AccountToken:
    """A token of an account.

    `token_hash` and `preview` are its current secret's; `replaced` is the one before it while their overlap lasts (and may
    be there still when it is over). `domain_name` is the restriction's, as it is shown. `revision` grows with every change.
    `last_used` is known only where it was asked for.
    """

    account_id: str
    token_id: str
    dialect: Dialect
    name: str
    grant: Grant
    token_hash: str
    preview: str
    created_at: datetime
    paused: bool = False
    account_suspended: bool = False
    limits: AccountLimits = NO_LIMITS
    settings: AccountSettings = DEFAULTS
    replaced: ReplacedSecret | None = None
    domain_name: str | None = None
    revision: int = 1
    last_used: date | None = None

    @classmethod
    def of(cls, token: ApiToken, domain_name: str | None = None) -> AccountToken:
        """The entry of a token just issued."""
        return cls(
            account_id=token.account_id,
            token_id=token.token_id,
            dialect=token.dialect,
            name=token.name,
            grant=token.grant,
            token_hash=token.token_hash,
            preview=token.preview,
            created_at=token.created_at,
            limits=token.limits,
            settings=token.settings,
            domain_name=domain_name,
        )

    def overlapping(self, now: datetime) -> ReplacedSecret | None:
        """The replaced secret, if it still lives."""
        return self.replaced if self.replaced is not None and self.replaced.expires_at > now else None
