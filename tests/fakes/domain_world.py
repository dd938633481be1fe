"""Everything around sending domains in memory: store, provider, DNS, history, and who hears of deletions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from letterhead import identifiers
from letterhead.domains.challenge import new_challenge
from letterhead.domains.check import Checked, check
from letterhead.domains.deletion import delete
from letterhead.domains.domain import SendingDomain
from letterhead.domains.names import DomainName
from letterhead.domains.ports import Belongings, Dns, Surroundings
from letterhead.domains.records import RecordStatus
from letterhead.domains.registration import Applicant, Deployment, NewDomain, register
from letterhead.identities.identity import IdentityNotFoundError, SenderIdentity
from tests.fakes.check_history import InMemoryHistory
from tests.fakes.domain_store import InMemoryDomains
from tests.fakes.failing import Breakage
from tests.fakes.mail_provider import SAYS_YES, InMemoryProvider
from tests.fakes.published_records import PublishedChallenges, PublishedRecords
from tests.fakes.sending_domains import NOW

MINE, THEIRS, NOBODYS = "0account0account", "1account1account", "2account2account"


@dataclass
class Requests:
    """A `CompletionRequests` that remembers."""

    asked: list[tuple[str, str]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    looks_back: list[tuple[str, str]] = field(default_factory=list)

    def ask(self, account_id: str, domain_id: str, name: str) -> None:
        self.asked.append((account_id, domain_id))
        self.names[domain_id] = name

    def look_back(self, account_id: str, domain_id: str, name: str) -> None:
        self.looks_back.append((account_id, domain_id))
        self.names[domain_id] = name


@dataclass
class Ends:
    """`RestrictedTokens`, `RestrictedEndpoints` and `DomainIdentities` that remember what was ended; `identities` are those that
    there are."""

    tokens: list[tuple[str | None, str | None]] = field(default_factory=list)
    endpoints: list[tuple[str | None, set[str]]] = field(default_factory=list)
    identities: list[SenderIdentity] = field(default_factory=list)

    def end_those_of(
        self, account_id: str, *, domain_id: str | None = None, identity_id: str | None = None
    ) -> None:
        self.tokens.append((domain_id, identity_id))

    def forget_those_of(
        self, account_id: str, *, domain_id: str | None = None, identity_ids: Collection[str] = ()
    ) -> None:
        self.endpoints.append((domain_id, set(identity_ids)))

    def of_domain(self, account_id: str, domain_id: str) -> list[SenderIdentity]:
        return [one for one in self.identities if one.domain.domain_id == domain_id]

    def remove(self, identity: SenderIdentity) -> None:
        if identity not in self.identities:
            raise IdentityNotFoundError
        self.identities.remove(identity)


@dataclass
class World:
    """One deployment."""

    store: Any = field(default_factory=InMemoryDomains)
    provider: Any = field(default_factory=InMemoryProvider)
    dns: PublishedRecords = field(default_factory=PublishedRecords)
    challenges: PublishedChallenges = field(default_factory=PublishedChallenges)
    history: InMemoryHistory = field(default_factory=InMemoryHistory)
    requests: Any = field(default_factory=Requests)
    ends: Any = field(default_factory=Ends)
    reserved: frozenset[str] = frozenset()

    @property
    def outside(self) -> Surroundings:
        return Surroundings(self.store, self.provider, self.requests)

    @property
    def both_dns(self) -> Dns:
        return Dns(self.dns, self.challenges)

    @property
    def belongings(self) -> Belongings:
        return Belongings(self.ends, self.ends, self.ends)

    def broken(self, breakage: Breakage) -> World:
        """The same deployment, with its calls counted and one of them breaking."""
        return World(
            store=breakage.breaking(self.store),
            provider=breakage.breaking(self.provider),
            dns=self.dns,
            challenges=self.challenges,
            history=self.history,
            requests=self.requests,
            ends=breakage.breaking(self.ends),
            reserved=self.reserved,
        )

    def register(
        self, name: str = "mail.acme.com", account_id: str = MINE, now: datetime = NOW, **more: Any
    ) -> SendingDomain:
        """One POST: each has an id of its own."""
        return register(
            named(name),
            Applicant(account_id, more.get("most")),
            domain_id=identifiers.new_id(now),
            challenge=new_challenge(),
            deployment=Deployment("us-east-1", self.reserved),
            outside=self.outside,
            now=now,
        )

    def check(self, domain: SendingDomain, now: datetime = NOW, *, dry_run: bool = False) -> Checked:
        """One verification of the domain as it is stored now."""
        kept = self.store.by_id(domain.account_id, domain.domain_id)
        return check(
            kept,
            self.outside,
            self.both_dns,
            self.history,
            check_id=identifiers.new_id(now),
            now=now,
            dry_run=dry_run,
        )

    def ready(self, name: str, account_id: str, now: datetime = NOW) -> SendingDomain:
        """A domain with all records right, and not checked yet."""
        domain = self.register(name, account_id, now)
        self.dns.publish(domain.records())
        self.provider.says = SAYS_YES
        return domain

    def verified(
        self, name: str = "mail.acme.com", account_id: str = MINE, now: datetime = NOW
    ) -> SendingDomain:
        """A domain with all records right, and checked."""
        return self.check(self.ready(name, account_id, now), now).domain

    def prove(self, domain: SendingDomain, now: datetime = NOW) -> Checked:
        """Publish the domain's challenge and have it checked."""
        kept = self.store.by_id(domain.account_id, domain.domain_id)
        self.challenges.publish(kept)
        return self.check(kept, now)

    def delete(self, domain: SendingDomain, now: datetime = NOW) -> None:
        kept = self.store.by_id(domain.account_id, domain.domain_id)
        delete(kept, self.outside, self.belongings, now=now)

    def kept(self, domain: SendingDomain) -> SendingDomain:
        """The domain as it is stored now."""
        found: SendingDomain | None = self.store.by_id(domain.account_id, domain.domain_id)
        assert found is not None
        return found


def named(name: str) -> NewDomain:
    return NewDomain(DomainName(name, name, ".".join(name.split(".")[-2:])), "mail")


def unproven(domain: SendingDomain) -> bool:
    """Contested, with nothing in it that another's name could give away, and unverified in every roll-up."""
    return (
        domain.contested
        and not domain.can_send
        and not domain.is_verified
        and not domain.fully_verified
        and domain.signing_status is not RecordStatus.VERIFIED
    )
