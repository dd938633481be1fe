"""Registering a domain: a saga of small steps, each of which can be the last one before a crash or a throttle.

claim the name (one conditional write) -> the provider's identity -> MAIL FROM -> complete. Whoever calls next, a repeated
registration or a verification, goes on from the step that is missing. Every step may be repeated without harm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from letterhead.domains.domain import DomainExistsError, NameTakenError, Registration, SendingDomain
from letterhead.domains.names import DomainName
from letterhead.unavailable import UnavailableError


class ProviderBusyError(UnavailableError):
    """The provider throttles or doesn't answer; trying again later is right."""


class ProviderRefusedError(Exception):
    """The provider refuses for a reason that the operator must see to; the message names it."""


class ForeignIdentityError(Exception):
    """The provider has an identity of that name that wasn't made for this claim."""


@dataclass(frozen=True)
class ProviderIdentity:
    """What the provider says about a domain just registered there."""

    dkim_tokens: tuple[str, ...]
    signing_hosted_zone: str


class IdentityProvider(Protocol):
    """The part of the mail provider (Amazon SES) that knows domains."""

    def ensure_identity(self, name: str, domain_id: str) -> ProviderIdentity:
        """Create the identity, or find the one created for this very domain id before.

        Raises `ForeignIdentityError`, `ProviderBusyError`, `ProviderRefusedError`.
        """

    def ensure_mail_from(self, name: str, mail_from_domain: str) -> None:
        """Set the custom MAIL FROM domain. Raises `ProviderBusyError`, `ProviderRefusedError`."""


class DomainStore(Protocol):
    """Where domains and the claims on their names are kept."""

    def by_name(self, account_id: str, name: str) -> SendingDomain | None:
        """The account's domain of that name."""

    def claim(self, domain: SendingDomain) -> None:
        """Store a new domain together with the claim on its name, or neither.

        Raises `DomainExistsError` when this account has the name, `NameTakenError` when another account has it, or a name
        above or below it.
        """

    def save(self, domain: SendingDomain, *, before: SendingDomain) -> SendingDomain:
        """Store what changed since `before`; answers the domain as it is stored then.

        Raises `DomainNotFoundError` when it has been deleted meanwhile.
        """

    def release(self, domain: SendingDomain) -> None:
        """Forget a domain and its claim."""


@dataclass(frozen=True)
class NewDomain:
    """What a caller asks to register."""

    name: DomainName
    mail_from_label: str
    external_id: str | None = None
    metadata: Mapping[str, object] | None = None


def register(
    wanted: NewDomain,
    *,
    account_id: str,
    domain_id: str,
    region: str,
    store: DomainStore,
    provider: IdentityProvider,
    now: datetime,
) -> SendingDomain:
    """Register a domain, or complete a registration of this account that stopped half-way.

    Raises `DomainExistsError`, `NameTakenError`, `ProviderBusyError`, `ProviderRefusedError`.
    """
    domain = SendingDomain(
        account_id=account_id,
        domain_id=domain_id,
        name=wanted.name.ascii,
        shown_name=wanted.name.shown,
        registrable=wanted.name.registrable,
        region=region,
        mail_from_domain=f"{wanted.mail_from_label}.{wanted.name.ascii}",
        created_at=now,
        updated_at=now,
        external_id=wanted.external_id,
        metadata=dict(wanted.metadata or {}),
    )
    try:
        store.claim(domain)
    except DomainExistsError:
        unfinished = store.by_name(account_id, domain.name)
        if unfinished is None or unfinished.registration is Registration.COMPLETE:
            raise
        domain = unfinished
    return complete(domain, store=store, provider=provider, now=now)


def complete(
    domain: SendingDomain, *, store: DomainStore, provider: IdentityProvider, now: datetime
) -> SendingDomain:
    """Take the steps that a domain's registration still lacks.

    Raises `NameTakenError` (and lets go of the name) when the provider has a foreign identity of that name,
    `ProviderBusyError`, `ProviderRefusedError`.
    """
    if domain.registration is Registration.COMPLETE:
        return domain
    try:
        identity = provider.ensure_identity(domain.name, domain.domain_id)
    except ForeignIdentityError as error:
        store.release(domain)
        raise NameTakenError from error
    provider.ensure_mail_from(domain.name, domain.mail_from_domain)
    completed = replace(
        domain,
        dkim_tokens=identity.dkim_tokens,
        signing_hosted_zone=identity.signing_hosted_zone,
        registration=Registration.COMPLETE,
        updated_at=now,
    )
    return store.save(completed, before=domain)
