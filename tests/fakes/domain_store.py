"""Domains and claims in memory: what the domains and claims tables promise, without DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from letterhead.accounts.limits import Limited, LimitReachedError
from letterhead.domains.claims import NameClaims, NameView, ViewOutdatedError
from letterhead.domains.domain import (
    DomainChangedError,
    DomainExistsError,
    DomainNotFoundError,
    SendingDomain,
)
from letterhead.domains.pages import DomainPage, DomainQuery
from letterhead.domains.ports import Added, Changed, DomainChange, Place, Removed
from letterhead.domains.rhythm import slot_of
from letterhead.domains.unreadable import UnreadableDomainError
from letterhead.domains.watch import Stretch, Watched
from letterhead.outbox.event import Event
from letterhead.values import replace
from tests.fakes.stored_domains import drop, put


class InMemoryDomains:
    """A `DomainStore`, `DomainReader`, `DomainList` and `DomainWatch`; passes the same contract test as the tables."""

    def __init__(self) -> None:
        self._domains: dict[tuple[str, str], SendingDomain] = {}
        self._by_slot: dict[str, dict[tuple[str, str], SendingDomain]] = {}
        self._claims: dict[tuple[str, str], NameClaims] = {}
        self._versions: dict[str, int] = {}
        self.events: list[Event] = []
        self.spoilt: set[tuple[str, str]] = set()

    def by_name(self, account_id: str, name: str) -> SendingDomain | None:
        found = self._domains.get((account_id, name))
        if (account_id, name) in self.spoilt:
            raise UnreadableDomainError(name, None if found is None else found.domain_id)
        return found

    now_by_name = by_name

    def by_id(self, account_id: str, domain_id: str) -> SendingDomain | None:
        return next((one for one in self.of_account(account_id) if one.domain_id == domain_id), None)

    def of_account(self, account_id: str) -> Iterator[SendingDomain]:
        mine = [
            domain for key, domain in self._domains.items() if key[0] == account_id and key not in self.spoilt
        ]
        yield from sorted(mine, key=lambda domain: domain.domain_id)

    def unreadable(self, account_id: str) -> Iterator[str]:
        yield from sorted(name for holder, name in self.spoilt if holder == account_id)

    def condemn(self, account_id: str, name: str, now: datetime) -> SendingDomain | None:
        self.spoilt.discard((account_id, name))
        found = self._domains.get((account_id, name))
        if found is None:
            return None
        self._keep(found.left(now))
        return self._domains[account_id, name]

    def page(self, account_id: str, query: DomainQuery) -> DomainPage:
        found = [one for one in self.of_account(account_id) if not one.leaving and query.means(one)]
        total = len(found)
        if query.newest_first:
            found.reverse()
        if query.external_id is not None:
            return DomainPage(query, tuple(found[: query.size]), total)
        start = (query.number - 1) * query.size
        if query.after is not None:
            start = 0
            found = [one for one in found if (one.domain_id < query.after) is query.newest_first]
            found = [one for one in found if one.domain_id != query.after]
        shown = tuple(found[start : start + query.size])
        return DomainPage(query, shown, total if query.counted else None)

    def save(
        self, domain: SendingDomain, *, before: SendingDomain, events: Sequence[Event] = ()
    ) -> SendingDomain:
        if domain != before or events:
            self._check(before, told=domain.announcements != before.announcements)
            kept = self._domains[before.account_id, before.name]
            changed = {name: value for name, value in vars(domain).items() if value != getattr(before, name)}
            self._keep(replace(kept, **changed))
            self.events += events
        return domain

    def place(self, domain: SendingDomain) -> Place:
        if domain.due_at is None:
            return Place(f"well#{slot_of(domain.domain_id)}", domain.domain_id)
        return Place("due", f"{domain.due_at:%Y-%m-%dT%H:%M:%S.%f}#{domain.domain_id}")

    def due(self, after: datetime | None, until: datetime) -> Iterator[Watched]:
        for watched in self._in("due"):
            due_at = watched.domain.due_at
            if due_at is not None and due_at <= until and (after is None or due_at > after):
                yield watched

    def well(self, slot: int) -> Iterator[Watched]:
        yield from self._in(f"well#{slot}")

    def within(self, stretch: Stretch) -> Iterator[Watched]:
        for watched in self._in(stretch.slot):
            if stretch.first <= watched.place.key <= stretch.last:
                yield watched

    def _in(self, slot: str) -> list[Watched]:
        found = [Watched(self.place(one), one) for one in self._by_slot.get(slot, {}).values()]
        return sorted(found, key=lambda watched: watched.place.key)

    def _keep(self, domain: SendingDomain) -> None:
        self._drop(domain)
        self._domains[domain.account_id, domain.name] = domain
        self._by_slot.setdefault(self.place(domain).slot, {})[domain.account_id, domain.name] = domain

    def _drop(self, domain: SendingDomain) -> None:
        before = self._domains.pop((domain.account_id, domain.name), None)
        if before is not None:
            del self._by_slot[self.place(before).slot][before.account_id, before.name]

    def view(self, account_id: str, name: str, registrable: str) -> NameView:
        kin = tuple(
            claims
            for (zone, other), claims in self._claims.items()
            if zone == registrable and (other.endswith(f".{name}") or name.endswith(f".{other}"))
        )
        here = self._claims.get((registrable, name), NameClaims())
        return NameView(name, registrable, here, kin, self._versions.get(registrable, 0))

    def settle(self, view: NameView, here: NameClaims, changes: Sequence[DomainChange]) -> None:
        if self._versions.get(view.registrable, 0) != view.version:
            raise ViewOutdatedError
        for change in changes:
            match change:
                case Added(domain, most):
                    if self.by_name(domain.account_id, domain.name) is not None:
                        raise DomainExistsError
                    if most is not None and self._number_of(domain.account_id) >= most:
                        raise LimitReachedError(Limited.DOMAINS, most)
                case Changed(before, after):
                    self._check(before, told=after.announcements != before.announcements)
                case Removed(domain):
                    if self.by_id(domain.account_id, domain.domain_id) is None:
                        raise DomainNotFoundError
        for change in changes:
            match change:
                case Added(domain):
                    self._keep(domain)
                case Changed(_, domain, events):
                    self._keep(domain)
                    self.events += events
                case Removed(domain):
                    self._drop(domain)
        self._claims[view.registrable, view.name] = here
        self._versions[view.registrable] = view.version + 1

    def claim(self, domain: SendingDomain) -> None:
        """Have a domain with its claim, for tests that are about something else."""
        put(self, domain)

    def release(self, domain: SendingDomain) -> None:
        """Have it no more."""
        drop(self, domain)

    def all(self) -> list[SendingDomain]:
        """Whatever is held, by whomever."""
        return list(self._domains.values())

    def _number_of(self, account_id: str) -> int:
        return sum(not one.leaving for one in self.of_account(account_id))

    def _check(self, before: SendingDomain, *, told: bool) -> None:
        kept = self.by_name(before.account_id, before.name)
        if kept is None or kept.domain_id != before.domain_id:
            raise DomainNotFoundError
        if kept.version != before.version or (told and kept.announcements != before.announcements):
            raise DomainChangedError
