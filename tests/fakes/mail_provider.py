"""A mail provider in memory: one identity a name, made for one domain id."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from letterhead.domains.ports import (
    ForeignIdentityError,
    ProviderBusyError,
    ProviderIdentity,
    ProviderRefusedError,
)
from letterhead.domains.provider_status import ProviderCheck, ProviderStatus

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
    """An `IdentityProvider`; `says` is its word on every domain, `restarted` lists the names whose DKIM it was asked to look for
    anew, `changed` every name whose identity was changed in any way. While it is `busy` it removes nothing."""

    identities: dict[str, Identity] = field(default_factory=dict)
    says: ProviderStatus = SAYS_NOT_YET
    restarted: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    busy: bool = False

    def find(self, name: str) -> ProviderIdentity | None:
        identity = self.identities.get(name)
        if identity is None:
            return None
        digest = hashlib.sha256(name.encode()).hexdigest()[:31]
        tokens = tuple(letter + digest for letter in "abc")
        return ProviderIdentity(identity.domain_id, tokens, SIGNING_ZONE, identity.mail_from, self.says)

    def ensure_identity(self, name: str, domain_id: str, *, take_over: bool) -> ProviderIdentity:
        if name not in self.identities:
            self.changed.append(name)
        identity = self.identities.setdefault(name, Identity(domain_id))
        if identity.domain_id != domain_id:
            if not take_over:
                raise ForeignIdentityError
            self.changed.append(name)
            identity.domain_id = domain_id
        found = self.find(name)
        assert found is not None
        return found

    def ensure_mail_from(self, name: str, mail_from_domain: str) -> None:
        if name not in self.identities:
            raise ProviderRefusedError("NotFoundException")
        self.changed.append(name)
        self.identities[name].mail_from = mail_from_domain

    def restart_dkim(self, name: str) -> None:
        self.changed.append(name)
        self.restarted.append(name)

    def remove_identity(self, name: str, domain_id: str) -> None:
        if self.busy:
            raise ProviderBusyError
        if name in self.identities and self.identities[name].domain_id == domain_id:
            self.changed.append(name)
            del self.identities[name]
