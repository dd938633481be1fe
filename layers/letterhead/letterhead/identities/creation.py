"""Making a sender identity; its confirmation mail follows from the identity being there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from letterhead.domains.domain import SendingDomain
from letterhead.identities.addresses import EmailAddress
from letterhead.identities.identity import IdentityDomain, SenderIdentity


class UnknownDomainError(Exception):
    """The account has no sending domain of that id."""


class DomainNotVerifiedError(Exception):
    """The sending domain may not send yet, or not any more."""


class DomainLookup(Protocol):
    """Where sending domains are kept."""

    def by_id(self, account_id: str, domain_id: str) -> SendingDomain | None:
        """The account's domain of that id, or None."""


class NewIdentityStore(Protocol):
    """Where sender identities are kept."""

    def add(self, identity: SenderIdentity) -> None:
        """Store a new identity; raises `AddressTakenError` when the account has one of that address."""


@dataclass(frozen=True)
class NewIdentity:
    """What a caller asks for."""

    domain_id: str
    email: EmailAddress
    name: str
    reply_to_email: EmailAddress | None = None
    reply_to_name: str | None = None
    add_note: bool = False
    personal_note: str | None = None


def create(
    wanted: NewIdentity,
    *,
    account_id: str,
    identity_id: str,
    domains: DomainLookup,
    store: NewIdentityStore,
    now: datetime,
) -> SenderIdentity:
    """Make a sender identity under one of the account's verified domains; it starts unconfirmed.

    Raises `UnknownDomainError`, `DomainNotVerifiedError`, `AddressTakenError`.
    """
    identity = SenderIdentity(
        account_id=account_id,
        identity_id=identity_id,
        email=wanted.email,
        name=wanted.name,
        domain=IdentityDomain.of(usable_domain(account_id, wanted.domain_id, domains)),
        created_at=now,
        updated_at=now,
        reply_to_email=wanted.reply_to_email,
        reply_to_name=wanted.reply_to_name,
        add_note=wanted.add_note,
        personal_note=wanted.personal_note,
    )
    store.add(identity)
    return identity


def usable_domain(account_id: str, domain_id: str, domains: DomainLookup) -> SendingDomain:
    """The account's domain of that id, if identities can be added to it.

    Raises `UnknownDomainError` for another account's domain as for none, `DomainNotVerifiedError`.
    """
    domain = domains.by_id(account_id, domain_id)
    if domain is None:
        raise UnknownDomainError
    if not domain.can_send:
        raise DomainNotVerifiedError
    return domain
