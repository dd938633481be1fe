"""What SES knows of an identity, and how looking at DNS and the passing of time change it.

The clock is SES's: it looks for records for 72 hours, then says FAILED and stops looking until the set-up is
restarted; records of a verified identity that go missing make it TEMPORARY_FAILURE, and FAILED 72 hours later
(SES developer guide, "Managing identities", "Troubleshooting DKIM", "Custom MAIL FROM domain"). While the failure
is temporary, mail from the domain is still accepted.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

LOOKING_FOR = timedelta(hours=72)
ADDRESS_LINK_LIVES = timedelta(hours=24)
SIGNING_HOSTED_ZONE = "dkim.amazonses.com"


class Status(StrEnum):
    """VerificationStatus, DkimStatus and MailFromDomainStatus of the v2 API."""

    NOT_STARTED = "NOT_STARTED"
    PENDING = "PENDING"
    SUCCESS = "SUCCESS"
    TEMPORARY_FAILURE = "TEMPORARY_FAILURE"
    FAILED = "FAILED"


@dataclass(frozen=True)
class Verification:
    """One thing that SES verifies: where it stands, and since when it waits (pending) or misses it (failure)."""

    status: Status
    since: datetime

    @property
    def looking(self) -> bool:
        return self.status not in (Status.FAILED, Status.NOT_STARTED)

    @property
    def in_force(self) -> bool:
        return self.status in (Status.SUCCESS, Status.TEMPORARY_FAILURE)

    def after_look(self, right: bool, now: datetime) -> Verification:
        """The state after one look at DNS; a FAILED one doesn't look any more."""
        if not self.looking:
            return self
        if right:
            return self if self.status is Status.SUCCESS else Verification(Status.SUCCESS, now)
        if self.status is Status.SUCCESS:
            return Verification(Status.TEMPORARY_FAILURE, now)
        return replace(self, status=Status.FAILED) if now - self.since >= LOOKING_FOR else self


def pending(now: datetime) -> Verification:
    """A set-up begun, or begun again, now."""
    return Verification(Status.PENDING, now)


@dataclass(frozen=True)
class MailFrom:
    """The custom MAIL FROM domain of an identity; `behavior` is what happens to mail while it isn't verified."""

    domain: str
    behavior: str
    verification: Verification


@dataclass(frozen=True)
class Soa:
    primary: str
    admin: str
    serial: int


@dataclass(frozen=True)
class LastLook:
    """What the latest look at DNS saw: VerificationInfo of the v2 API."""

    at: datetime | None = None
    success_at: datetime | None = None
    error: str | None = None
    soa: Soa | None = None


@dataclass
class Identity:
    """A domain or an email address in SES. For a domain, verification is DKIM; for an address it is its link.

    `own_selector` is that of somebody's own key, which is never found in DNS here.
    """

    name: str
    verification: Verification
    tokens: tuple[str, ...] = ()
    own_selector: str | None = None
    signing_enabled: bool = False
    next_key_length: str = "RSA_2048_BIT"
    mail_from: MailFrom | None = None
    configuration_set: str | None = None
    feedback_forwarding: bool = True
    tags: dict[str, str] = field(default_factory=dict)
    last_look: LastLook = LastLook()

    @property
    def is_domain(self) -> bool:
        return "@" not in self.name

    @property
    def domain(self) -> str:
        return self.name.rpartition("@")[2].lower()

    @property
    def all_right(self) -> bool:
        mail_from_right = self.mail_from is None or self.mail_from.verification.status is Status.SUCCESS
        return mail_from_right and self.verification.status is Status.SUCCESS

    def age_out(self, now: datetime) -> None:
        """An address's link that nobody opened in 24 hours has failed."""
        waiting = not self.is_domain and self.verification.status is Status.PENDING
        if waiting and now - self.verification.since >= ADDRESS_LINK_LIVES:
            self.verification = replace(self.verification, status=Status.FAILED)


def dkim_tokens(region: str, account_id: str, domain: str) -> tuple[str, ...]:
    """The three Easy DKIM tokens of a domain: the same ones whenever it is created again."""
    return tuple(
        base64.b32encode(hashlib.sha256(f"{region}/{account_id}/{domain}/{number}".encode()).digest()[:20])
        .decode("ascii")
        .lower()
        for number in (1, 2, 3)
    )
