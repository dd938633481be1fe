"""A deployment with one registered domain, for tests of what checks make of it."""

from __future__ import annotations

from dataclasses import replace

from letterhead.domains.domain import Ownership, SendingDomain
from letterhead.domains.history import as_last_checked
from letterhead.domains.records import RecordPurpose
from tests.fakes.domain_world import World
from tests.fakes.mail_provider import SAYS_YES, Identity
from tests.fakes.sending_domains import NOW, registered_domain
from tests.fakes.stored_domains import put


class OneDomain(World):
    """A deployment with one registered domain."""

    def __init__(self, domain: SendingDomain | None = None) -> None:
        super().__init__()
        domain = domain or registered_domain(ownership=Ownership.UNCONTESTED)
        self.provider.identities[domain.name] = Identity(domain.domain_id, domain.mail_from_domain)
        # So that what is stored differs from what it was told in nothing.
        tokens = self.provider.find(domain.name).dkim_tokens if domain.dkim_tokens else ()
        put(self.store, replace(domain, dkim_tokens=tokens))
        self._key = (domain.account_id, domain.name)

    @property
    def domain(self) -> SendingDomain:
        (kept,) = as_last_checked([self.store.by_name(*self._key)], self.history)
        return kept

    def records(self, *purposes: RecordPurpose):
        return [record for record in self.domain.records() if record.purpose in (purposes or RecordPurpose)]

    def look(self, now=NOW, **more):
        return self.check(self.domain, now, **more)


def all_verified() -> OneDomain:
    """The same, with everything right and checked."""
    world = OneDomain()
    world.dns.publish(world.records())
    world.provider.says = SAYS_YES
    world.look()
    assert world.domain.can_send
    return world
