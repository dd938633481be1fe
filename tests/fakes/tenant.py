"""An account with a token and a verified domain, in the tables."""

from __future__ import annotations

from dataclasses import dataclass

from letterhead import identifiers
from letterhead.accounts.account import Account
from letterhead.adapters.tables.accounts import AccountTable
from letterhead.adapters.tables.claims import ClaimTable
from letterhead.adapters.tables.domains import DomainTable
from letterhead.domains.domain import SendingDomain
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.scopes import SCOPES
from letterhead.tokens.token import issue
from tests.fakes.kept_tokens import keep
from tests.fakes.sending_domains import NOW, registered_domain
from tests.fakes.stored_domains import put


@dataclass(frozen=True)
class Tenant:
    """Who calls. `authorization` is its MailerSend token's header."""

    account_id: str
    authorization: str
    domain: SendingDomain


def tenant(name: str = "Web Agency", domain_name: str = "web-agency.com", *, verified: bool = True) -> Tenant:
    """A fresh account that holds one domain."""
    account = Account(identifiers.new_id(NOW), name, f"owner@{domain_name}", NOW)
    AccountTable("AccountsTable").add(account)
    domain = registered_domain(
        domain_name, account.account_id, domain_id=identifiers.new_id(NOW), can_send=verified
    )
    put(DomainTable("DomainsTable", ClaimTable("ClaimsTable")), domain)
    issued = issue(
        token_id=identifiers.new_id(NOW),
        account_id=account.account_id,
        dialect=Dialect.MAILERSEND,
        name="test",
        scopes=SCOPES[Dialect.MAILERSEND],
        now=NOW,
    )
    keep(issued.token)
    return Tenant(account.account_id, f"Bearer {issued.text}", domain)
