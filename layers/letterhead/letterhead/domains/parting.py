"""The last steps of a domain's way out: the provider's identity goes, if it was made for this domain, then domain and claim.

Somebody may be having the identity made at this very moment, and die before they could learn that the domain has gone. Whoever
lets a domain go therefore has the provider looked at once more, minutes later.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from letterhead.domains.claims import ATTEMPTS, ViewOutdatedError
from letterhead.domains.domain import DomainNotFoundError, SendingDomain
from letterhead.domains.ports import (
    DomainStore,
    ProviderRefusedError,
    Removed,
    Surroundings,
)
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from datetime import datetime


def part(domain: SendingDomain, outside: Surroundings, now: datetime) -> None:
    """Take these steps for a domain whose deletion has begun; may be repeated. Raises `UnavailableError`,
    `ProviderRefusedError`."""
    outside.provider.remove_identity(domain.name, domain.domain_id)
    # While there is a domain, somebody goes on with its deletion; after that nobody knows its name.
    outside.completions.look_back(domain.account_id, domain.domain_id, domain.name)
    _forget(domain, outside.store, now)


def let_go(domain: SendingDomain, outside: Surroundings, now: datetime) -> None:
    """Have a registration undone that the provider refuses and that nobody has been told of, if it is still what it was.

    What stops half-way here is completed by the request that the refusal has queued. Never raises.
    """
    with suppress(UnavailableError, ProviderRefusedError, DomainNotFoundError):
        part(outside.store.save(domain.left(now), before=domain), outside, now)


def take_back(domain: SendingDomain, outside: Surroundings) -> None:
    """Remove what was made at the provider for a domain that has been deleted meanwhile; else nothing. Never raises.

    Whoever can't do it, or may only make identities and not remove them, asks for it.
    """
    try:
        found = outside.store.now_by_name(domain.account_id, domain.name)
        if found is None or found.domain_id != domain.domain_id or found.leaving:
            outside.provider.remove_identity(domain.name, domain.domain_id)
    except (UnavailableError, ProviderRefusedError):
        with suppress(UnavailableError):
            outside.completions.ask(domain.account_id, domain.domain_id, domain.name)


def _forget(domain: SendingDomain, store: DomainStore, now: datetime) -> None:
    for _ in range(ATTEMPTS):
        view = store.view(domain.account_id, domain.name, domain.registrable)
        here = view.here.deleted(domain.account_id, domain.domain_id, now)
        try:
            store.settle(view, here, [Removed(domain)])
        except ViewOutdatedError:
            continue
        except DomainNotFoundError:
            return
        return
    raise UnavailableError
