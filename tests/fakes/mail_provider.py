"""A mail provider in memory: one identity a name, made for one domain id."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from letterhead.domains.registration import ForeignIdentityError, ProviderIdentity, ProviderRefusedError
from letterhead.domains.verification import ProviderCheck, ProviderStatus

SIGNING_ZONE = "dkim.amazonses.com"
SAYS_YES = ProviderStatus(ProviderCheck.SUCCESS, ProviderCheck.SUCCESS, sending=True)
SAYS_NOT_YET = ProviderStatus(ProviderCheck.PENDING, ProviderCheck.PENDING)
HAS_GIVEN_UP = ProviderStatus(ProviderCheck.FAILED, ProviderCheck.FAILED)


@dataclass
class Identity:
    """What the provider has under a name; `domain_id` None is somebody else's."""

    domain_id: str | None
    mail_from: str | None = None


@dataclass
class InMemoryProvider:
    """A `Provider`; `says` is its word on every domain, `restarted` lists the names whose DKIM it was asked to look for anew."""

    identities: dict[str, Identity] = field(default_factory=dict)
    says: ProviderStatus = SAYS_NOT_YET
    restarted: list[str] = field(default_factory=list)

    def ensure_identity(self, name: str, domain_id: str) -> ProviderIdentity:
        identity = self.identities.setdefault(name, Identity(domain_id))
        if identity.domain_id != domain_id:
            raise ForeignIdentityError
        digest = hashlib.sha256(name.encode()).hexdigest()[:31]
        return ProviderIdentity(tuple(letter + digest for letter in "abc"), SIGNING_ZONE)

    def ensure_mail_from(self, name: str, mail_from_domain: str) -> None:
        if name not in self.identities:
            raise ProviderRefusedError("NotFoundException")
        self.identities[name].mail_from = mail_from_domain

    def restart_dkim(self, name: str) -> None:
        self.restarted.append(name)

    def status(self, name: str) -> ProviderStatus:
        return self.says if name in self.identities else _UNKNOWN


_UNKNOWN = ProviderStatus(ProviderCheck.UNKNOWN, ProviderCheck.UNKNOWN)
