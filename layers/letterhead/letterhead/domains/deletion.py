"""Deleting a domain: registration's saga in reverse.

nothing is sent from it any more -> its tokens end -> its webhooks and sender identities go -> the provider's identity goes, if it
was made for this domain -> a later look at the provider is asked for -> the domain and its claim go, and that the account held
the name is remembered. Every step may be repeated; who deletes again, or the request that is queued when a step fails, goes on.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from letterhead.domains.claims import ATTEMPTS
from letterhead.domains.domain import (
    DomainChangedError,
    DomainNotFoundError,
    SendingDomain,
)
from letterhead.domains.parting import part
from letterhead.domains.reference import find_to_delete
from letterhead.domains.registration import completed_later
from letterhead.domains.unreadable import UnreadableDomainError
from letterhead.identities.identity import IdentityNotFoundError, SenderIdentity
from letterhead.tokens.restriction import end_with
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from datetime import datetime

    from letterhead.domains.ports import Belongings, DomainStore, Surroundings
    from letterhead.domains.reference import DomainReader, DomainReference


def meant(
    reference: DomainReference, account_id: str, seen: DomainReader, store: DomainStore, now: datetime
) -> SendingDomain:
    """The domain to be deleted; one that can't be read has its deletion begun by that.

    Raises `DomainNotFoundError`, `DomainChangedError`.
    """
    try:
        return find_to_delete(reference, account_id, seen)
    except UnreadableDomainError as error:
        condemned = store.condemn(account_id, error.domain_name, now)
        if condemned is None:
            raise DomainNotFoundError from error
        return condemned


def delete(domain: SendingDomain, outside: Surroundings, belongings: Belongings, *, now: datetime) -> None:
    """Delete a domain, or go on with a deletion that stopped half-way.

    Raises `UnavailableError` or `ProviderRefusedError` when it stops; it is completed later then.
    """
    account_id, domain_id = domain.account_id, domain.domain_id
    with completed_later(domain, outside.completions):
        leaving = _leave(domain, outside.store, now)
        if leaving is None:
            return
        belongings.tokens.end_those_of(account_id, domain_id=domain_id)
        identities = list(belongings.identities.of_domain(account_id, domain_id))
        ids = {one.identity_id for one in identities}
        belongings.endpoints.forget_those_of(account_id, domain_id=domain_id, identity_ids=ids)
        for identity in identities:
            _remove(identity, belongings)
        # Once more, for one that was made in between.
        belongings.endpoints.forget_those_of(account_id, domain_id=domain_id, identity_ids=ids)
        part(leaving, outside, now)


def delete_alone(domain: SendingDomain, outside: Surroundings, *, now: datetime) -> None:
    """Delete a domain on which nothing hangs any more. Raises as `delete` does, and nobody goes on but who asks again."""
    leaving = _leave(domain, outside.store, now)
    if leaving is not None:
        part(leaving, outside, now)


def _remove(identity: SenderIdentity, belongings: Belongings) -> None:
    def remove() -> None:
        with suppress(IdentityNotFoundError):
            belongings.identities.remove(identity)

    end_with(remove, belongings.tokens, identity.account_id, identity_id=identity.identity_id)


def _leave(domain: SendingDomain, store: DomainStore, now: datetime) -> SendingDomain | None:
    """The domain, from which nothing is sent any more; None when it is gone already."""
    found: SendingDomain | None = domain
    for _ in range(ATTEMPTS):
        if found is None or found.domain_id != domain.domain_id:
            return None
        if found.leaving:
            return found
        try:
            return store.save(found.left(now), before=found)
        except (DomainChangedError, DomainNotFoundError):
            found = store.now_by_name(domain.account_id, domain.name)
    raise UnavailableError
