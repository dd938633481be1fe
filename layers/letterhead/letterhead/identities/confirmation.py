"""What a confirmation link opens, and what the person who follows it decides."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from letterhead.identities.decisions import decided, decision_event
from letterhead.identities.identity import IdentityChangedError, IdentityStatus, SenderIdentity
from letterhead.identities.limits import REFUSAL_HOLDS, AddressLedger
from letterhead.identities.links import ConfirmationLink, hash_of, is_token, visit_time
from letterhead.values import value_type

if TYPE_CHECKING:
    from datetime import datetime

    from letterhead.outbox.event import Event

_ATTEMPTS = 3


class LinkState(StrEnum):
    """What a link is worth now."""

    OPEN = "open"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REPLACED = "replaced"
    USED = "used"
    REFUSED = "refused"


class Decision(StrEnum):
    """What a person can press."""

    CONFIRM = "confirm"
    REFUSE = "refuse"


class Outcome(StrEnum):
    """What became of a press of a button.

    `done`: it is as the person wanted, by this press or by one just before on the same page. `stale_visit`: the form didn't
    come from a page that we showed for this link within the hour. `closed`: the link isn't open, its state says why.
    """

    DONE = "done"
    STALE_VISIT = "stale_visit"
    CLOSED = "closed"


class LinkLookup(Protocol):
    """Where links are kept."""

    def by_hash(self, token_hash: str) -> ConfirmationLink | None:
        """The link of that hash, or None."""


class DecidableIdentities(Protocol):
    """Where sender identities are kept."""

    def by_id_now(self, account_id: str, identity_id: str) -> SenderIdentity | None:
        """The identity as it is now (strongly consistent), or None."""

    def decide(self, before: SenderIdentity, after: SenderIdentity, event: Event | None) -> None:
        """Store a decision together with its event, if what is stored is still `before`, and undecided.

        Raises `IdentityChangedError` otherwise.
        """


@value_type
class Opened:
    """What a link opened: its state and, unless it is unknown, its identity and the moment at which it ends."""

    state: LinkState
    identity: SenderIdentity | None = None
    expires_at: datetime | None = None


@value_type
class Pressed:
    """What a link is worth after a button was pressed, and what became of the press."""

    outcome: Outcome
    opened: Opened


def look(token: str, *, links: LinkLookup, identities: DecidableIdentities, now: datetime) -> Opened:
    """What a link is worth. Changes nothing, however often it is followed and by whom.

    A link of a deleted identity is as unknown as an invented one.
    """
    link = links.by_hash(hash_of(token)) if is_token(token) else None
    identity = identities.by_id_now(link.account_id, link.identity_id) if link else None
    if link is None or identity is None:
        return Opened(LinkState.UNKNOWN)
    return Opened(_state(link, identity, now), identity, link.expires_at)


def press(
    token: str,
    decision: Decision | None,
    visit: str,
    *,
    links: LinkLookup,
    identities: DecidableIdentities,
    ledger: AddressLedger,
    now: datetime,
    event_id: str,
) -> Pressed:
    """Carry out what a person pressed. `visit` is the one-time field of the page on which they did; None decides nothing.

    Others are told of it by the event of that id. Who says no isn't asked again by the same account for a while, even if it
    makes the identity anew.
    """
    opened = look(token, links=links, identities=identities, now=now)
    shown_at = visit_time(token, visit, now)
    for _ in range(_ATTEMPTS):
        if opened.state is not LinkState.OPEN or opened.identity is None:
            break
        if shown_at is None or decision is None:
            return Pressed(Outcome.STALE_VISIT, opened)
        identity = opened.identity
        if decision is Decision.REFUSE:
            ledger.note_refusal(identity.email.key, identity.account_id, now + REFUSAL_HOLDS, now)
        after = decided(identity, _STATUS_AFTER[decision], now)
        try:
            identities.decide(identity, after, decision_event(after, event_id, now))
        except IdentityChangedError:
            opened = look(token, links=links, identities=identities, now=now)
        else:
            return Pressed(Outcome.DONE, Opened(_STATE_AFTER[after.status], after, opened.expires_at))
    if _did_the_same_before(opened, decision, shown_at):
        return Pressed(Outcome.DONE, opened)
    return Pressed(Outcome.CLOSED, opened)


_STATUS_AFTER = {Decision.CONFIRM: IdentityStatus.VERIFIED, Decision.REFUSE: IdentityStatus.REFUSED}
_STATE_AFTER = {IdentityStatus.VERIFIED: LinkState.USED, IdentityStatus.REFUSED: LinkState.REFUSED}


def _state(link: ConfirmationLink, identity: SenderIdentity, now: datetime) -> LinkState:
    if link.generation != identity.generation:
        return LinkState.REPLACED
    if identity.status in _STATE_AFTER:
        return _STATE_AFTER[identity.status]
    return LinkState.EXPIRED if link.expires_at <= now else LinkState.OPEN


def _did_the_same_before(opened: Opened, decision: Decision | None, shown_at: datetime | None) -> bool:
    # A double click or a reload: the page with the button was shown before the decision fell.
    identity = opened.identity
    if identity is None or identity.decided_at is None or shown_at is None or decision is None:
        return False
    same = opened.state is _STATE_AFTER.get(_STATUS_AFTER[decision])
    return same and shown_at <= identity.decided_at
