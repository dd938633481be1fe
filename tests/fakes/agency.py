"""An account with two clients by domain and identities on them, and tokens of any kind, in the tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from letterhead import identifiers
from letterhead.accounts.account import Account
from letterhead.accounts.limits import NO_LIMITS, AccountLimits
from letterhead.accounts.settings import DEFAULTS, AccountSettings
from letterhead.adapters.tables.account_tokens import AccountTokenTable
from letterhead.adapters.tables.accounts import AccountTable
from letterhead.adapters.tables.claims import ClaimTable
from letterhead.adapters.tables.domains import DomainTable
from letterhead.adapters.tables.identities import IdentityTable
from letterhead.domains.domain import SendingDomain
from letterhead.identities.identity import IdentityDomain, SenderIdentity
from letterhead.tokens.account_token import AccountToken
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.scopes import SCOPES
from letterhead.tokens.token import ApiToken, issue
from tests.fakes.sender_identities import identity
from tests.fakes.sending_domains import NOW, registered_domain
from tests.fakes.stored_domains import put


@dataclass(frozen=True)
class HeldToken:
    """A token in the tables, with its text. `id` is its internal one."""

    text: str
    token: ApiToken

    @property
    def id(self) -> str:
        return self.token.token_id


class Agency:
    """An account and what it holds. `limits` and `settings` are the account's own."""

    def __init__(
        self,
        name: str = "agency",
        limits: AccountLimits = NO_LIMITS,
        settings: AccountSettings = DEFAULTS,
    ) -> None:
        self.accounts = AccountTable("AccountsTable")
        self.tokens = AccountTokenTable("AccountTokensTable", "TokensTable")
        self.domains = DomainTable("DomainsTable", ClaimTable("ClaimsTable"))
        self.identities = IdentityTable("IdentitiesTable")
        self.account = Account(
            identifiers.new_id(NOW), name, f"owner@{name}.com", NOW, limits=limits, settings=settings
        )
        self.accounts.add(self.account)
        self._serial = 0

    def domain(self, name: str) -> SendingDomain:
        """A verified domain."""
        domain = registered_domain(
            name, self.account.account_id, domain_id=identifiers.new_id(self._moment()), can_send=True
        )
        return put(self.domains, domain)

    def identity(self, email: str, domain: SendingDomain, **changes: Any) -> SenderIdentity:
        """A sender identity on a domain."""
        self._serial += 1
        made = identity(
            email,
            seconds=self._serial,
            account_id=self.account.account_id,
            domain=IdentityDomain.of(domain),
            **changes,
        )
        self.identities.add(made)
        return made

    def token(self, dialect: Dialect, **grant: Any) -> HeldToken:
        """A token, by default with all scopes and no restriction, expiry or pause."""
        paused = grant.pop("paused", False)
        domain_name = grant.pop("domain_name", None)
        issued = issue(
            **{
                "token_id": identifiers.new_id(self._moment()),
                "account_id": self.account.account_id,
                "dialect": dialect,
                "name": "a token",
                "scopes": SCOPES[dialect],
                "now": NOW,
                "limits": self.account.limits,
                "settings": self.account.settings,
                **grant,
            }
        )
        entry = replace(AccountToken.of(issued.token, domain_name), paused=paused)
        self.tokens.add(entry, domain=None, identity=None)
        return HeldToken(issued.text, replace(issued.token, paused=paused))

    def _moment(self) -> Any:
        self._serial += 1
        return NOW + timedelta(seconds=self._serial)
