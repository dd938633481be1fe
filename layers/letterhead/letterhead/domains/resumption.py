"""Going on with a registration or a deletion that stopped half-way, or with a domain that the provider has forgotten."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from letterhead.domains.deletion import delete
from letterhead.domains.domain import DomainChangedError, DomainNotFoundError, Registration
from letterhead.domains.ports import Belongings, DomainStore, IdentityProvider, Surroundings
from letterhead.domains.registration import complete, provide
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from datetime import datetime

_FIRST_PAUSE_SECONDS = 5
_LONGEST_PAUSE_SECONDS = 900
_MOST_DOUBLINGS = 8


class Outcome(StrEnum):
    """What became of a domain that somebody had to go on with. `deleted`: whoever asked is to ask again, to look back."""

    GONE = "gone"
    DELETED = "deleted"
    CONTESTED = "contested"
    COMPLETE = "complete"


class _AlreadyAsked:
    """The request that is being answered comes again by itself."""

    def ask(self, account_id: str, domain_id: str, name: str) -> None:
        """Ask nobody."""

    look_back = ask


def resume(
    account_id: str,
    domain_id: str,
    name: str | None,
    *,
    store: DomainStore,
    provider: IdentityProvider,
    belongings: Belongings,
    now: datetime,
) -> Outcome:
    """Take the steps that a domain lacks; may be repeated. One that lacked none gets back what the provider has lost of it.

    Of one that is gone the provider's identity goes too, where whoever asked has told the name.

    Raises `UnavailableError` or `ProviderRefusedError` when it stops again, or when somebody has changed the domain meanwhile.
    """
    outside = Surroundings(store, provider, _AlreadyAsked())
    found = store.by_id(account_id, domain_id)
    domain = None if found is None else store.now_by_name(account_id, found.name)
    if domain is None or domain.domain_id != domain_id:
        if name is not None:
            provider.remove_identity(name, domain_id)
        return Outcome.GONE
    if domain.leaving:
        delete(domain, outside, belongings, now=now)
        return Outcome.DELETED
    try:
        completed = (
            provide(domain, outside, now, answers=False)[0]
            if domain.held and domain.registration is Registration.COMPLETE
            else complete(domain, outside, now=now, answers=False)
        )
    except (DomainChangedError, DomainNotFoundError) as error:
        raise UnavailableError from error
    return Outcome.CONTESTED if completed.contested else Outcome.COMPLETE


def pause_after(tries: int) -> int:
    """How many seconds to wait after so many tries: 5, then twice as long each time, up to a quarter of an hour."""
    return min(_FIRST_PAUSE_SECONDS << min(tries - 1, _MOST_DOUBLINGS), _LONGEST_PAUSE_SECONDS)
