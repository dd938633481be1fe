"""Making a sender identity; its confirmation mail follows from the identity being there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from letterhead.identities.from_mode import refuse_hopeless
from letterhead.identities.identity import FromMode, IdentityDomain, SenderIdentity, sure_failure
from letterhead.values import value_type

if TYPE_CHECKING:
    from datetime import datetime

    from letterhead.domains.domain import SendingDomain
    from letterhead.identities.addresses import EmailAddress
    from letterhead.identities.forecast import Forecaster
    from letterhead.identities.limits import MailLimits


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

    def add(self, identity: SenderIdentity, limit: int | None = None) -> None:
        """Store a new identity.

        Raises `AddressTakenError` when the account has one of that address, `LimitReachedError` when it has `limit` of them.
        """


@value_type
class NewIdentity:
    """What a caller asks for."""

    domain_id: str
    email: EmailAddress
    name: str
    reply_to_email: EmailAddress | None = None
    reply_to_name: str | None = None
    add_note: bool = False
    personal_note: str | None = None
    from_mode: FromMode = FromMode.ALIGNED


def create(
    wanted: NewIdentity,
    *,
    account_id: str,
    identity_id: str,
    domains: DomainLookup,
    store: NewIdentityStore,
    limits: MailLimits,
    forecaster: Forecaster,
    now: datetime,
    most: int | None = None,
) -> SenderIdentity:
    """Make a sender identity under one of the account's verified domains; it starts unconfirmed.

    `most` is how many identities the account may have, None for any number.
    Raises `UnknownDomainError`, `DomainNotVerifiedError`, `AddressTakenError`, `LimitReachedError`, `TooManyMailsError`,
    `FromModeRefusedError`.
    """
    domain = usable_domain(account_id, wanted.domain_id, domains)
    limits.check(wanted.email.key, account_id, now)
    identity = SenderIdentity(
        account_id=account_id,
        identity_id=identity_id,
        email=wanted.email,
        name=wanted.name,
        domain=IdentityDomain.of(domain),
        created_at=now,
        updated_at=now,
        reply_to_email=wanted.reply_to_email,
        reply_to_name=wanted.reply_to_name,
        add_note=wanted.add_note,
        personal_note=wanted.personal_note,
        from_mode=wanted.from_mode,
        forecast=forecaster.forecast(wanted.email.domain, domain, now),
        mail_failure=sure_failure(wanted.email),
    )
    refuse_hopeless(identity)
    store.add(identity, most)
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
