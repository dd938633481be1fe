"""A sender identity: what is kept of it."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from letterhead.values import value_type

if TYPE_CHECKING:
    from datetime import datetime

    from letterhead.domains.domain import SendingDomain
    from letterhead.identities.addresses import EmailAddress
    from letterhead.identities.forecast import Forecast


class IdentityStatus(StrEnum):
    """Where an identity stands with the owner of its address. `expired` is never stored: it is a pending one seen late."""

    PENDING = "pending"
    VERIFIED = "verified"
    EXPIRED = "expired"
    REFUSED = "refused"


class FromMode(StrEnum):
    """How an identity appears in mail: From an address on the sending domain, or From the client's own address."""

    ALIGNED = "aligned"
    EXACT = "exact"


class ExactState(StrEnum):
    """How far the provider's own verification of an address is; it begins when the owner has confirmed to us.

    `conflict`: the provider has that address for somebody else. `refused`: it won't have it at all.
    """

    WANTED = "wanted"
    PENDING = "pending"
    VERIFIED = "verified"
    EXPIRED = "expired"
    CONFLICT = "conflict"
    REFUSED = "refused"


class MailFailure(StrEnum):
    """Why the last confirmation mail wasn't sent."""

    PROVIDER_BUSY = "provider_busy"
    PROVIDER_REFUSED = "provider_refused"
    ADDRESS_LIMIT = "address_limit"
    ADDRESS_NOT_DELIVERABLE = "address_not_deliverable"
    DOMAIN_NOT_VERIFIED = "domain_not_verified"
    ACCOUNT_SUSPENDED = "account_suspended"
    SUPPRESSED = "suppressed"


class IdentityNotFoundError(Exception):
    """This account has no such sender identity."""


class AddressTakenError(Exception):
    """This account has an identity of that address already."""


class ConsentChangedError(Exception):
    """What its address's owner is asked about isn't any more what it was when it was read."""


class IdentityChangedError(ConsentChangedError):
    """The identity isn't any more what it was when it was read."""


@value_type
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


@value_type
class SenderIdentity:
    """A sender identity.

    `status` is pending, verified or refused. `resends` counts for ever, `resent_today` on the day `resent_on`. `mailed_at`,
    `mailed_generation` and `expires_at` are the last confirmation mail's; `mail_failure` is why the present generation's
    hasn't left yet. `exact` is where the provider's verification of the address stands, in the From mode of that name;
    `exact_round` counts how often it was asked for. `lapsed`: its domain may not send. `expired_generation` is that of the last
    link of which others were told that it has run out.
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
    resent_on: str | None = None
    resent_today: int = 0
    mailed_generation: int = 0
    mailed_at: datetime | None = None
    expires_at: datetime | None = None
    mail_failure: MailFailure | None = None
    forecast: Forecast | None = None
    exact: ExactState | None = None
    exact_round: int = 0
    lapsed: bool = False
    expired_generation: int = 0

    @property
    def usable(self) -> bool:
        """Whether mail may go out as this identity now, as far as is known of its domain."""
        return self.is_verified and not self.lapsed

    @property
    def is_confirmed(self) -> bool:
        """Whether the owner of the address has given consent."""
        return self.status is IdentityStatus.VERIFIED

    @property
    def is_verified(self) -> bool:
        """Whether mail may go out as this identity: its owner has confirmed, and where it takes that, the provider too."""
        return self.is_confirmed and (not self.needs_provider or self.exact is ExactState.VERIFIED)

    @property
    def needs_provider(self) -> bool:
        """Whether the provider has to verify the address: in exact mode, unless its domain is the sending domain itself."""
        return self.from_mode is FromMode.EXACT and self.email.domain != self.domain.name

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
        if self.is_confirmed and not self.is_verified:
            return IdentityStatus.EXPIRED if self.exact is ExactState.EXPIRED else IdentityStatus.PENDING
        expired = self.mailed and self.expires_at is not None and self.expires_at <= now
        return IdentityStatus.EXPIRED if expired and self.status is IdentityStatus.PENDING else self.status


def sure_failure(email: EmailAddress) -> MailFailure | None:
    """Why no mail will ever get to an address: SES takes none for one with characters beyond ASCII before its @."""
    return MailFailure.ADDRESS_NOT_DELIVERABLE if email.needs_smtputf8 else None


def with_provider_asked(identity: SenderIdentity) -> SenderIdentity:
    """The identity with the provider's verification wanted anew, if it takes that and its owner has confirmed; else without."""
    if not (identity.is_confirmed and identity.needs_provider):
        return replace(identity, exact=None)
    return replace(identity, exact=ExactState.WANTED, exact_round=identity.exact_round + 1)
