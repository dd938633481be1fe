"""A sending domain: what is kept of it, and what its records' statuses add up to."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from letterhead.domains.records import (
    AUTHENTICATING,
    DKIM_PURPOSES,
    MAIL_FROM_PURPOSES,
    RecordPurpose,
    RecordStatus,
    RequiredRecord,
    required_records,
)
from letterhead.unavailable import UnavailableError
from letterhead.values import replace, value_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from letterhead.messages.warm_up import WarmUp


class Registration(StrEnum):
    """How far a domain's registration has come, or its deletion; any step may be the last one before a crash."""

    CLAIMED = "claimed"
    COMPLETE = "complete"
    LEAVING = "leaving"


class Ownership(StrEnum):
    """How an account stands to a domain's name.

    `uncontested`: nobody else has to do with it, so the required records prove enough. `contested`: the challenge must be
    proven first. `held`: the name is the account's.
    """

    UNCONTESTED = "uncontested"
    CONTESTED = "contested"
    HELD = "held"


# The key of a doubt about the whole domain.
DOMAIN = "domain"


class DomainNotFoundError(Exception):
    """This account has no such domain."""


class DomainExistsError(Exception):
    """This account has registered the name already."""


class DomainChangedError(UnavailableError):
    """The domain isn't any more what it was when it was read: its name has moved, or it is being deleted."""


@value_type
class CheckMark:
    """The newest entry of a domain's history: its id, and a digest of what that check came to."""

    check_id: str
    digest: str


@value_type
class SendingDomain:
    """A domain that an account sends from.

    `statuses` holds the last definite verdict of each required record, `once_verified` the records that have ever been right,
    `findings` what the last check found. `can_send` is the right to send; `paused_at` and `pause_reason` say that it
    doesn't send for now whatever its right, until the operator lets it. `dkim_absences` counts the checks since
    `dkim_absent_since` that found DKIM definitely gone. `dkim_tokens` is empty until the provider has given them. `region` is
    the provider's, for it is part of the records' values. `reports_to` is where DMARC reports were to go when it was registered,
    if not to an address of its own. `challenge` is the text of the ownership challenge; `proven_at` is
    when the name was proven by it, `lost_at` when the name was lost to another account. `version` grows with each change of
    ownership or registration. `answered` is false as long as the account has had no answer to its registration but "try again
    later". `settings` are those that were ever set, by their name on the wire.
    `warm_up` is where its warm-up stood when it last sent.

    What others have been told: `announced` is the domain's own status, `missed` has the records that were right once and are
    known not to be, each with what stands there instead; `doubts` says since when something has looked different from that,
    by the record's purpose or `DOMAIN`; `announcements` grows with every change of these. `due_at` is when the domain is to be
    looked at, None for its fixed slot; `silent_since` since when some question about it has had no answer, `troubled_since`
    since when something that was right isn't.
    """

    account_id: str
    domain_id: str
    name: str
    shown_name: str
    registrable: str
    region: str
    mail_from_domain: str
    challenge: str
    created_at: datetime
    updated_at: datetime
    registration: Registration = Registration.CLAIMED
    answered: bool = True
    ownership: Ownership = Ownership.UNCONTESTED
    proven_at: datetime | None = None
    lost_at: datetime | None = None
    version: int = 0
    reports_to: str = ""
    dkim_tokens: tuple[str, ...] = ()
    signing_hosted_zone: str = ""
    statuses: Mapping[RecordPurpose, RecordStatus] = field(default_factory=dict)
    once_verified: frozenset[RecordPurpose] = frozenset()
    findings: Mapping[RecordPurpose, Sequence[Mapping[str, object]]] = field(default_factory=dict)
    can_send: bool = False
    paused_at: datetime | None = None
    pause_reason: str | None = None
    dkim_absences: int = 0
    dkim_absent_since: datetime | None = None
    checked_at: datetime | None = None
    last_check: CheckMark | None = None
    dkim_verified_at: datetime | None = None
    external_id: str | None = None
    metadata: Mapping[str, object] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)
    warm_up: WarmUp | None = None
    announced: RecordStatus = RecordStatus.PENDING
    missed: Mapping[RecordPurpose, str | None] = field(default_factory=dict)
    doubts: Mapping[str, datetime] = field(default_factory=dict)
    announcements: int = 0
    due_at: datetime | None = None
    silent_since: datetime | None = None
    troubled_since: datetime | None = None

    def records(self) -> tuple[RequiredRecord, ...]:
        """The records that the domain's DNS must have, in the order in which they are shown."""
        return required_records(
            domain=self.name,
            dkim_tokens=self.dkim_tokens,
            signing_hosted_zone=self.signing_hosted_zone,
            mail_from_domain=self.mail_from_domain,
            region=self.region,
            reports_to=self.reports_to,
        )

    def status(self, *purposes: RecordPurpose) -> RecordStatus:
        """What these records' statuses add up to: one failed fails all; verified takes all of them."""
        statuses = {self.statuses.get(purpose, RecordStatus.PENDING) for purpose in purposes}
        if RecordStatus.FAILED in statuses:
            return RecordStatus.FAILED
        return RecordStatus.VERIFIED if statuses == {RecordStatus.VERIFIED} else RecordStatus.PENDING

    @property
    def held(self) -> bool:
        """Whether the name is this account's."""
        return self.ownership is Ownership.HELD

    @property
    def contested(self) -> bool:
        """Whether the name is still to be proven."""
        return self.ownership is Ownership.CONTESTED

    @property
    def sends(self) -> bool:
        """Whether mail may leave from it now: it has the right to send and isn't paused."""
        return self.can_send and self.paused_at is None

    @property
    def leaving(self) -> bool:
        """Whether its deletion has begun."""
        return self.registration is Registration.LEAVING

    @property
    def dkim_status(self) -> RecordStatus:
        """All three DKIM records together, for they only work together."""
        return self.status(*DKIM_PURPOSES)

    @property
    def signing_status(self) -> RecordStatus:
        """SendMailOS's roll-up: DKIM, and nothing that is contested is verified."""
        status = self.dkim_status
        return RecordStatus.PENDING if self.contested and status is RecordStatus.VERIFIED else status

    @property
    def authenticated(self) -> bool:
        """DKIM and MAIL FROM with its SPF: what the right to send takes from DNS."""
        return self.status(*DKIM_PURPOSES, *MAIL_FROM_PURPOSES) is RecordStatus.VERIFIED

    @property
    def is_verified(self) -> bool:
        """MailerSend's roll-up: DKIM, MAIL FROM and SPF of a name that isn't contested."""
        return self.authenticated and not self.contested

    @property
    def has_been_verified(self) -> bool:
        """Whether the name is the account's and all that sending takes from DNS has ever been right."""
        return self.held and self.once_verified >= AUTHENTICATING

    @property
    def fully_verified(self) -> bool:
        """Sendara's roll-up: DKIM, MAIL FROM, SPF and DMARC of a name that isn't contested."""
        return self.status(*RecordPurpose) is RecordStatus.VERIFIED and not self.contested

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

    def standing(self, ownership: Ownership, now: datetime) -> SendingDomain:
        """The domain after its name has come to stand so; the same where it stood so already."""
        if self.ownership is ownership:
            return self
        return replace(self, ownership=ownership, version=self.version + 1, updated_at=now)

    def proven(self, now: datetime) -> SendingDomain:
        """The domain whose name is the account's from now on; what it has at the provider is to be gone through again."""
        return replace(
            self,
            ownership=Ownership.HELD,
            registration=Registration.CLAIMED,
            proven_at=now,
            lost_at=None,
            version=self.version + 1,
            due_at=now,
            updated_at=now,
        )

    def lost(self, now: datetime, challenge: str) -> SendingDomain:
        """The domain whose name has gone to somebody else: it can't send, and a fresh challenge is to be proven.

        The old one may still be in DNS. The provider's part of it, DKIM, is no more this account's to know.
        """
        kept = {purpose: status for purpose, status in self.statuses.items() if purpose not in DKIM_PURPOSES}
        return replace(
            self,
            ownership=Ownership.CONTESTED,
            registration=self.registration if self.leaving else Registration.CLAIMED,
            challenge=challenge,
            proven_at=None,
            lost_at=now,
            version=self.version + 1,
            dkim_tokens=(),
            signing_hosted_zone="",
            statuses=kept,
            once_verified=self.once_verified - set(DKIM_PURPOSES),
            findings={},
            can_send=False,
            dkim_absences=0,
            dkim_absent_since=None,
            dkim_verified_at=None,
            announced=RecordStatus.PENDING,
            missed={},
            doubts={},
            announcements=self.announcements + 1,
            due_at=now,
            silent_since=None,
            troubled_since=None,
            updated_at=now,
        )

    def left(self, now: datetime) -> SendingDomain:
        """The domain whose deletion has begun: from now on nothing is sent from it."""
        if self.leaving:
            return self
        return replace(
            self,
            registration=Registration.LEAVING,
            can_send=False,
            version=self.version + 1,
            due_at=now,
            updated_at=now,
        )
