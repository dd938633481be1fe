"""A sender identity: what is kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from letterhead.domains.domain import SendingDomain
from letterhead.identities.addresses import EmailAddress


class IdentityStatus(StrEnum):
    """Where an identity stands with the owner of its address. `expired` is never stored: it is a pending one seen late."""

    PENDING = "pending"
    VERIFIED = "verified"
    EXPIRED = "expired"
    REFUSED = "refused"


class FromMode(StrEnum):
    """How an identity appears in mail."""

    ALIGNED = "aligned"


class MailFailure(StrEnum):
    """Why the last confirmation mail wasn't sent."""

    PROVIDER_BUSY = "provider_busy"
    PROVIDER_REFUSED = "provider_refused"
    ADDRESS_NOT_DELIVERABLE = "address_not_deliverable"
    DOMAIN_NOT_VERIFIED = "domain_not_verified"
    ACCOUNT_SUSPENDED = "account_suspended"


class IdentityNotFoundError(Exception):
    """This account has no such sender identity."""


class AddressTakenError(Exception):
    """This account has an identity of that address already."""


class IdentityChangedError(Exception):
    """The identity isn't any more what it was when it was read."""


@dataclass(frozen=True)
class IdentityDomain:
    """The sending domain that an identity hangs on, as it was when the identity was last written.

    A copy, so that reading an identity takes one item: name and `created_at` never change, `updated_at` may be older than
    the domain's own.
    """

    domain_id: str
    name: str
    shown_name: str
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, domain: SendingDomain) -> IdentityDomain:
        """The part of a domain that its identities carry."""
        return cls(domain.domain_id, domain.name, domain.shown_name, domain.created_at, domain.updated_at)


@dataclass(frozen=True)
class SenderIdentity:
    """A sender identity.

    `status` is pending, verified or refused. `mailed_at`, `mailed_generation` and `expires_at` are the last confirmation
    mail's; `mail_failure` is why the present generation's hasn't left yet.
    """

    account_id: str
    identity_id: str
    email: EmailAddress
    name: str
    domain: IdentityDomain
    created_at: datetime
    updated_at: datetime
    reply_to_email: EmailAddress | None = None
    reply_to_name: str | None = None
    add_note: bool = False
    personal_note: str | None = None
    from_mode: FromMode = FromMode.ALIGNED
    status: IdentityStatus = IdentityStatus.PENDING
    decided_at: datetime | None = None
    generation: int = 1
    resends: int = 0
    mailed_generation: int = 0
    mailed_at: datetime | None = None
    expires_at: datetime | None = None
    mail_failure: MailFailure | None = None

    @property
    def is_verified(self) -> bool:
        """Whether the owner of the address has confirmed it."""
        return self.status is IdentityStatus.VERIFIED

    @property
    def verified_at(self) -> datetime | None:
        """When the owner confirmed."""
        return self.decided_at if self.is_verified else None

    @property
    def mailed(self) -> bool:
        """Whether the present generation's mail has left."""
        return self.mailed_generation == self.generation

    def status_at(self, now: datetime) -> IdentityStatus:
        """The status as it is at a moment: a pending one whose link has run out is expired."""
        expired = self.mailed and self.expires_at is not None and self.expires_at <= now
        return IdentityStatus.EXPIRED if expired and self.status is IdentityStatus.PENDING else self.status
