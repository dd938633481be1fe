"""Domains and claims in memory: what the domains and claims tables promise, without DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator

from letterhead.domains.domain import (
    DomainExistsError,
    DomainNotFoundError,
    NameTakenError,
    SendingDomain,
)


class InMemoryDomains:
    """A `DomainStore` and a `DomainReader`; passes the same contract test as the tables."""

    def __init__(self) -> None:
        self._domains: dict[tuple[str, str], SendingDomain] = {}

    def by_name(self, account_id: str, name: str) -> SendingDomain | None:
        return self._domains.get((account_id, name))

    def by_id(self, account_id: str, domain_id: str) -> SendingDomain | None:
        return next((one for one in self.of_account(account_id) if one.domain_id == domain_id), None)

    def of_account(self, account_id: str) -> Iterator[SendingDomain]:
        mine = [domain for (holder, _), domain in self._domains.items() if holder == account_id]
        yield from sorted(mine, key=lambda domain: domain.domain_id)

    def claim(self, domain: SendingDomain) -> None:
        held = [other for other in self._domains.values() if other.account_id != domain.account_id]
        if any(_overlap(domain.name, other.name) for other in held):
            raise NameTakenError
        if (domain.account_id, domain.name) in self._domains:
            raise DomainExistsError
        self._domains[domain.account_id, domain.name] = domain

    def save(self, domain: SendingDomain, *, before: SendingDomain) -> SendingDomain:
        if self.by_id(domain.account_id, domain.domain_id) is None:
            raise DomainNotFoundError
        self._domains[domain.account_id, domain.name] = domain
        return domain

    def release(self, domain: SendingDomain) -> None:
        if self.by_id(domain.account_id, domain.domain_id) is not None:
            del self._domains[domain.account_id, domain.name]

    def all(self) -> list[SendingDomain]:
        """Whatever is held, by whomever."""
        return list(self._domains.values())


def _overlap(name: str, other: str) -> bool:
    return name == other or name.endswith(f".{other}") or other.endswith(f".{name}")
