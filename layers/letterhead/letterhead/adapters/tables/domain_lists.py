"""Pages of an account's domains, each from the index that holds just what is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.adapters.tables.domain_items import DomainItem, domain_of, verification_prefix
from letterhead.adapters.tables.readable import ODD, readable
from letterhead.domains.pages import DomainPage, DomainQuery
from letterhead.domains.unreadable import Unreadable

if TYPE_CHECKING:
    from pynamodb.expressions.condition import Condition

    from letterhead.domains.domain import SendingDomain

Counts = Callable[[str], tuple[int, int]]


def listed(account_id: str, query: DomainQuery, counts: Counts) -> DomainPage:
    """A page. It costs one Query, and for a filtered one its items; page N asked for without `after` costs N pages, and one
    behind the last nothing but the count."""
    if query.external_id is not None:
        return _with_external_id(account_id, query)
    total: int | None = None
    if query.counted:
        of_all, verified = counts(account_id)
        total = {None: of_all, True: verified, False: of_all - verified}[query.verified]
    skipped = 0 if query.after is not None else (query.number - 1) * query.size
    if total is not None and skipped >= total:
        return DomainPage(query, (), total)
    read = _all if query.verified is None else _by_verification
    domains = read(account_id, query, skipped + query.size)
    return DomainPage(query, tuple(domains[skipped:]), total)


def _all(account_id: str, query: DomainQuery, limit: int) -> list[SendingDomain]:
    condition: Condition | None = None
    if query.after is not None:
        condition = (
            DomainItem.domain_id < query.after if query.newest_first else DomainItem.domain_id > query.after
        )
    found = DomainItem.by_id.query(
        account_id, condition, scan_index_forward=not query.newest_first, page_size=limit
    )
    present = (
        domain
        for domain in readable(found, domain_of)
        if not isinstance(domain, Unreadable) and not domain.leaving
    )
    return list(islice(present, limit))


def _by_verification(account_id: str, query: DomainQuery, limit: int) -> list[SendingDomain]:
    prefix = verification_prefix(verified=bool(query.verified))
    condition: Condition = DomainItem.verification_key.startswith(prefix)
    if query.after is not None:
        condition = DomainItem.verification_key.between(prefix, prefix + identifiers.before(query.after))
    found = DomainItem.by_verification.query(account_id, condition, scan_index_forward=False, limit=limit)
    return _whole(account_id, [item.name for item in found])


def _with_external_id(account_id: str, query: DomainQuery) -> DomainPage:
    found = DomainItem.by_external_id.query(account_id, DomainItem.external_id == query.external_id)
    domains = [domain for domain in _whole(account_id, [item.name for item in found]) if not domain.leaving]
    domains.sort(key=lambda domain: domain.domain_id, reverse=query.newest_first)
    return DomainPage(query, tuple(domains[: query.size]), len(domains))


def _whole(account_id: str, names: Iterable[str]) -> list[SendingDomain]:
    """The domains of these names, in this order, as far as they are still there and can be read."""
    keys = [(account_id, name) for name in names]
    try:
        items = list(DomainItem.batch_get(keys)) if keys else []
    except ODD:
        # Nothing tells which one it was, and all after it are lost.
        items = [item for key in keys for item in _readable_item(*key)]
    found = {one.name: one for one in readable(items, domain_of) if not isinstance(one, Unreadable)}
    return [found[name] for _, name in keys if name in found]


def _readable_item(account_id: str, name: str) -> Iterable[DomainItem]:
    try:
        yield DomainItem.get(account_id, name)
    except (DomainItem.DoesNotExist, *ODD):
        return
