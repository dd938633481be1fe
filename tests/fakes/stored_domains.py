"""Domains put into a store as they are wanted, with the claims that such domains have."""

from __future__ import annotations

from datetime import datetime

from letterhead.domains.domain import SendingDomain
from letterhead.domains.ports import Added, DomainStore, Removed


def put(store: DomainStore, domain: SendingDomain, now: datetime | None = None) -> SendingDomain:
    """Store a domain with its claim: the holder's for one that is held, else one that is pending since it was made."""
    now = now or domain.created_at
    view = store.view(domain.account_id, domain.name, domain.registrable)
    claimed = view.here.held_by if domain.held else view.here.claimed
    store.settle(view, claimed(domain.account_id, domain.domain_id, now), [Added(domain)])
    return domain


def drop(store: DomainStore, domain: SendingDomain, now: datetime | None = None) -> None:
    """Forget a domain and its claim."""
    view = store.view(domain.account_id, domain.name, domain.registrable)
    here = view.here.deleted(domain.account_id, domain.domain_id, now or domain.created_at)
    store.settle(view, here, [Removed(domain)])
