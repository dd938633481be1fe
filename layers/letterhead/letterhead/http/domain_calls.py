"""Sending domains over HTTP: each call reads the request in its dialect, does one thing and answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from letterhead import identifiers
from letterhead.dialects.domain_additions import read_dry_run
from letterhead.dialects.mailersend import domains as mailersend
from letterhead.dialects.sendara import domains as sendara
from letterhead.dialects.sendmailos import domains as sendmailos
from letterhead.domains.challenge import new_challenge
from letterhead.domains.deletion import delete, meant
from letterhead.domains.history import as_last_checked
from letterhead.domains.reference import find
from letterhead.domains.registration import Applicant, Deployment, register
from letterhead.domains.watch import SoonLooks
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.restriction import DomainPagesInReach, NamedDomainsInReach
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from letterhead.dialects.reply import Reply
    from letterhead.domains.domain import SendingDomain
    from letterhead.domains.history import CheckHistory
    from letterhead.domains.names import NameRules
    from letterhead.domains.pages import DomainList
    from letterhead.domains.ports import Belongings, Dns, DomainStore, Surroundings
    from letterhead.domains.watch import LookQueue
    from letterhead.http.metrics import Metrics
    from letterhead.http.request import Request

# Modules, each with the functions of its dialect's calls; which of them it needs the table of routes says.
WIRES: Mapping[Dialect, Any] = {
    Dialect.MAILERSEND: mailersend,
    Dialect.SENDARA: sendara,
    Dialect.SENDMAILOS: sendmailos,
}


@value_type
class DomainCalls:
    """The calls; `operations` has them by the names of the table of routes."""

    domains: DomainList
    outside: Surroundings
    dns: Dns
    history: CheckHistory
    belongings: Belongings
    deployment: Deployment
    names: NameRules
    looks: LookQueue
    metrics: Metrics | None = None

    @property
    def operations(self) -> Mapping[str, Callable[[Request], Reply]]:
        """Each call by its operation's name."""
        return {
            "domains.register": self.register,
            "domains.list": self.list,
            "domains.show": self.show,
            "domains.delete": self.delete,
            "domains.verify": self.verify,
            "domains.change_settings": self.change_settings,
        }

    @property
    def _soon(self) -> SoonLooks:
        return SoonLooks(self.outside.store, self.looks, self.outside.rhythm)

    def _as_looked_at(self, domains: Sequence[SendingDomain], now: datetime) -> list[SendingDomain]:
        """The domains with when they were last looked at, and when they are next."""
        return [self._as_due(domain, now) for domain in as_last_checked(domains, self.history)]

    def _as_due(self, domain: SendingDomain, now: datetime) -> SendingDomain:
        return replace(domain, due_at=self.outside.rhythm.next_look(domain, now))

    def register(self, request: Request) -> Reply:
        """Register a domain."""
        wire = WIRES[request.dialect]
        domain = register(
            wire.read_registration(request.json, self.names),
            Applicant(request.account_id, request.token.limits.domains),
            domain_id=identifiers.new_id(request.now),
            challenge=new_challenge(),
            deployment=self.deployment,
            outside=self.outside,
            now=request.now,
        )
        request.subject.domain_id = domain.domain_id
        self._soon.ask(domain, request.now)
        reply: Reply = wire.registered(domain)
        return reply

    def list(self, request: Request) -> Reply:
        """The account's domains, as far as the token sees them."""
        wire = WIRES[request.dialect]
        query = wire.read_list(dict(request.query))
        seen = DomainPagesInReach(self.domains, self.outside.store, request.token)
        page = seen.page(request.account_id, query)
        page = replace(page, domains=tuple(self._as_looked_at(page.domains, request.now)))
        reply: Reply = wire.listed(page, request.base_url)
        return reply

    def show(self, request: Request) -> Reply:
        """One domain."""
        (domain,) = self._as_looked_at([named(request, self.outside.store, self.names)], request.now)
        reply: Reply = WIRES[request.dialect].shown(domain)
        return reply

    def delete(self, request: Request) -> Reply:
        """Delete a domain with all that hangs on it."""
        wire = WIRES[request.dialect]
        reference = wire.read_reference(request.parameters["domain"], self.names)
        store = self.outside.store
        seen = NamedDomainsInReach(store, request.token)
        domain = meant(reference, request.account_id, seen, store, request.now)
        request.subject.domain_id = domain.domain_id
        delete(domain, self.outside, self.belongings, now=request.now)
        reply: Reply = wire.deleted()
        return reply

    def verify(self, request: Request) -> Reply:
        """Check a domain now."""
        from letterhead.domains.check import check  # with all of the diagnosis, which no other call needs

        dry_run = read_dry_run(dict(request.query), request.json)
        checked = check(
            named(request, self.outside.store, self.names),
            self.outside,
            self.dns,
            self.history,
            check_id=identifiers.new_id(request.now),
            now=request.now,
            dry_run=dry_run,
        )
        if not dry_run:
            self._soon.ask(checked.domain, request.now)
            if self.metrics is not None:
                self.metrics.checked([checked])
        seen = replace(checked, domain=self._as_due(checked.domain, request.now))
        reply: Reply = WIRES[request.dialect].verified(seen)
        return reply

    def change_settings(self, request: Request) -> Reply:
        """`PUT /v1/domains/{domain}/settings`."""
        before = named(request, self.outside.store, self.names)
        given = mailersend.read_change(request.json, before)
        after = replace(before, settings={**before.settings, **given})
        if after != before:
            after = self.outside.store.save(replace(after, updated_at=request.now), before=before)
        (seen,) = self._as_looked_at([after], request.now)
        return mailersend.changed(seen)


def named(request: Request, domains: DomainStore, names: NameRules) -> SendingDomain:
    """The domain that the path names, if the token sees it; raises `DomainNotFoundError`."""
    reference = WIRES[request.dialect].read_reference(request.parameters["domain"], names)
    domain = find(reference, request.account_id, NamedDomainsInReach(domains, request.token))
    request.subject.domain_id = domain.domain_id
    return domain
