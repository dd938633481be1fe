"""To whom a name belongs: held by its records, taken over by proof, transferred or released by the operator.

Every change is one transaction over the name's claims, the domains of those concerned, and the event that tells the one who
has lost it, so that at any moment a name has at most one holder, and whoever has lost it can't send from it any more. What
follows at the provider comes after.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.domains.challenge import new_challenge
from letterhead.domains.claims import ATTEMPTS, NameView, ViewOutdatedError
from letterhead.domains.domain import (
    DomainChangedError,
    DomainNotFoundError,
    Ownership,
    Registration,
    SendingDomain,
)
from letterhead.domains.domain_events import Reason, ownership_lost
from letterhead.domains.ports import Changed, DomainStore, Surroundings
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from datetime import datetime

    from letterhead.domains.names import DomainName


def hold(
    before: SendingDomain, held: SendingDomain, view: NameView, store: DomainStore, now: datetime
) -> SendingDomain | None:
    """Make an uncontested name the account's, whose records have been seen right since the view was taken.

    `held` is the domain to be stored. None when the name has become contested meanwhile. Raises `DomainChangedError`,
    `DomainNotFoundError`.
    """
    for _ in range(ATTEMPTS):
        if view.contest(before.account_id, now):
            return None
        here = view.here.held_by(before.account_id, before.domain_id, now)
        try:
            store.settle(view, here, [Changed(before, held)])
        except ViewOutdatedError:
            view = store.view(before.account_id, before.name, before.registrable)
            continue
        return held
    raise UnavailableError


def take_over(domain: SendingDomain, store: DomainStore, now: datetime) -> SendingDomain:
    """Give a name to an account that has proven it, and take it from whoever had it.

    Raises `DomainNotFoundError` when the domain has been deleted meanwhile.
    """
    for _ in range(ATTEMPTS):
        view = store.view(domain.account_id, domain.name, domain.registrable)
        holder = view.here.holder
        proven = domain.proven(now)
        changes = [Changed(domain, proven)]
        loser = store.now_by_name(holder, domain.name) if holder not in (None, domain.account_id) else None
        if loser is not None:
            changes.append(_lost(loser, Reason.PROVEN_BY_ANOTHER, now))
        here = view.here.held_by(domain.account_id, domain.domain_id, now)
        try:
            store.settle(view, here, changes)
        except (ViewOutdatedError, DomainChangedError):
            found = store.now_by_name(domain.account_id, domain.name)
            if found is None or found.domain_id != domain.domain_id or found.leaving:
                raise DomainNotFoundError from None
            if found.held:
                return found
            domain = found
            continue
        return proven
    raise UnavailableError


def transfer_name(name: DomainName, account_id: str, outside: Surroundings, now: datetime) -> SendingDomain:
    """The operator's word instead of a proof: the name goes to an account that has registered it.

    What that takes at the provider is asked to be done next. May be repeated. Raises `DomainNotFoundError` when the account
    hasn't registered the name, `UnavailableError`.
    """
    domain = outside.store.now_by_name(account_id, name.ascii)
    if domain is None or domain.leaving:
        raise DomainNotFoundError
    if not domain.held:
        domain = take_over(domain, outside.store, now)
    if domain.registration is Registration.CLAIMED:
        outside.completions.ask(account_id, domain.domain_id, domain.name)
    return domain


def release_name(name: DomainName, outside: Surroundings, now: datetime) -> str | None:
    """Take a name from its holder and forget who held it before; whoever is next to prove its records has it.

    The account that had it keeps its domain, can't send from it, and has to prove the name should it want it back. Answers
    that account, or None where nobody held the name. May be repeated. Raises `ProviderBusyError`, `ProviderRefusedError`.
    """
    store = outside.store
    for _ in range(ATTEMPTS):
        view = store.view("", name.ascii, name.registrable)
        holder = view.here.holder
        here = view.here.released(now)
        loser = None if holder is None else store.now_by_name(holder, name.ascii)
        changes = [] if loser is None else [_lost(loser, Reason.RELEASED, now)]
        try:
            store.settle(view, here, changes)
        except (ViewOutdatedError, DomainChangedError):
            continue
        for account_id in here.barred:
            barred = store.now_by_name(account_id, name.ascii)
            if barred is not None and barred.ownership is not Ownership.HELD:
                outside.provider.remove_identity(barred.name, barred.domain_id)
        return holder
    raise UnavailableError


def _lost(loser: SendingDomain, reason: Reason, now: datetime) -> Changed:
    return Changed(loser, loser.lost(now, new_challenge()), (ownership_lost(loser, reason, now),))
