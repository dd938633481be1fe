"""A sending domain: what is kept of it, and what its records' statuses add up to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from letterhead.domains.records import (
    DKIM_PURPOSES,
    MAIL_FROM_PURPOSES,
    RecordPurpose,
    RecordStatus,
    RequiredRecord,
    required_records,
)


class Registration(StrEnum):
    """How far a domain's registration has come; any step may be the last one before a crash."""

    CLAIMED = "claimed"
    COMPLETE = "complete"


class DomainNotFoundError(Exception):
    """This account has no such domain."""


class DomainExistsError(Exception):
    """This account has registered the name already."""


class NameTakenError(Exception):
    """Another account holds the name, a name above it or a name below it."""


@dataclass(frozen=True)
class SendingDomain:
    """A domain that an account sends from.

    `statuses` holds the last definite verdict of each required record, `once_verified` the records that have ever been right.
    `can_send` is the right to send; `dkim_absences` counts the checks since `dkim_absent_since` that found DKIM definitely
    gone. `dkim_tokens` is empty until the provider has given them. `region` is the provider's, for it is part of the records'
    values.
    """

    account_id: str
    domain_id: str
    name: str
    shown_name: str
    registrable: str
    region: str
    mail_from_domain: str
    created_at: datetime
    updated_at: datetime
    registration: Registration = Registration.CLAIMED
    dkim_tokens: tuple[str, ...] = ()
    signing_hosted_zone: str = ""
    statuses: Mapping[RecordPurpose, RecordStatus] = field(default_factory=dict)
    once_verified: frozenset[RecordPurpose] = frozenset()
    can_send: bool = False
    dkim_absences: int = 0
    dkim_absent_since: datetime | None = None
    checked_at: datetime | None = None
    dkim_verified_at: datetime | None = None
    external_id: str | None = None
    metadata: Mapping[str, object] = field(default_factory=dict)

    def records(self) -> tuple[RequiredRecord, ...]:
        """The records that the domain's DNS must have, in the order in which they are shown."""
        return required_records(
            domain=self.name,
            dkim_tokens=self.dkim_tokens,
            signing_hosted_zone=self.signing_hosted_zone,
            mail_from_domain=self.mail_from_domain,
            region=self.region,
        )

    def status(self, *purposes: RecordPurpose) -> RecordStatus:
        """What these records' statuses add up to: one failed fails all; verified takes all of them."""
        statuses = {self.statuses.get(purpose, RecordStatus.PENDING) for purpose in purposes}
        if RecordStatus.FAILED in statuses:
            return RecordStatus.FAILED
        return RecordStatus.VERIFIED if statuses == {RecordStatus.VERIFIED} else RecordStatus.PENDING

    @property
    def dkim_status(self) -> RecordStatus:
        """All three DKIM records together, for they only work together."""
        return self.status(*DKIM_PURPOSES)

    @property
    def authenticated(self) -> bool:
        """DKIM and MAIL FROM with its SPF: what the right to send takes from DNS."""
        return self.status(*DKIM_PURPOSES, *MAIL_FROM_PURPOSES) is RecordStatus.VERIFIED

    @property
    def fully_verified(self) -> bool:
        """Sendara's roll-up: DKIM, MAIL FROM, SPF and DMARC."""
        return self.status(*RecordPurpose) is RecordStatus.VERIFIED

    def with_statuses(self, statuses: Mapping[RecordPurpose, RecordStatus], now: datetime) -> SendingDomain:
        """The domain after a check that came to these statuses."""
        right = frozenset(purpose for purpose, status in statuses.items() if status is RecordStatus.VERIFIED)
        after = replace(
            self,
            statuses=dict(statuses),
            once_verified=self.once_verified | right,
            checked_at=now,
            updated_at=self.updated_at if dict(statuses) == dict(self.statuses) else now,
        )
        if after.dkim_status is not RecordStatus.VERIFIED:
            return replace(after, dkim_verified_at=None)
        return replace(after, dkim_verified_at=self.dkim_verified_at or now)
