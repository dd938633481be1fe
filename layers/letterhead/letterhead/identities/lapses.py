"""Identities whose domain may not send: they stay as they are, marked, and recover with the domain.

The mark is on each identity, so that reading one, or a page of them, costs no look at any domain. It is there to be shown:
whether a mail may leave is asked of the domain itself.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from letterhead.unavailable import UnavailableError
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from letterhead.identities.creation import DomainLookup
    from letterhead.identities.identity import SenderIdentity

# At once, within the time that a function has; the queue brings the request back for the rest.
MOST_MARKED = 2000


@value_type
class LapseRequest:
    """Whose identities are to be marked anew, after something has changed about their domain's right to send."""

    account_id: str
    domain_id: str


class Marking(StrEnum):
    """What became of a request."""

    MARKED = "marked"
    UNCHANGED = "unchanged"
    OUTDATED = "outdated"


class MarkedIdentities(Protocol):
    """Where sender identities are kept."""

    def of_domain(self, account_id: str, domain_id: str) -> Iterable[SenderIdentity]:
        """All identities that hang on a domain, as they are now."""

    def note_lapsed(self, identity: SenderIdentity, *, lapsed: bool) -> None:
        """Note whether the identity's domain may not send; nothing when the identity hangs on another one meanwhile."""


class Lapses:
    """The act of marking a domain's identities by what the domain is now, whatever the request was about."""

    def __init__(self, identities: MarkedIdentities, domains: DomainLookup) -> None:
        self._identities = identities
        self._domains = domains

    def mark(self, request: LapseRequest, _now: datetime) -> Marking:
        """Mark those whose mark isn't right; repeating a request finds nothing to do.

        Raises `UnavailableError` when there are more than `MOST_MARKED`, so that the queue brings the request back.
        """
        domain = self._domains.by_id(request.account_id, request.domain_id)
        if domain is None:
            return Marking.OUTDATED
        lapsed = not domain.sends
        marked = 0
        for identity in self._identities.of_domain(request.account_id, request.domain_id):
            if identity.lapsed is lapsed:
                continue
            if marked == MOST_MARKED:
                raise UnavailableError
            self._identities.note_lapsed(identity, lapsed=lapsed)
            marked += 1
        return Marking.MARKED if marked else Marking.UNCHANGED
