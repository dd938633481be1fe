"""What a confirmation link opens, and what the person who follows it decides."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from letterhead.identities.identity import ConsentChangedError, IdentityStatus
from letterhead.identities.limits import REFUSAL_HOLDS, AddressLedger
from letterhead.identities.links import ConfirmationLink, hash_of, is_token, visit_time
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from letterhead.identities.addresses import EmailAddress
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


class Asked(Protocol):
    """Something that the owner of an address is asked to consent to. `generation` counts how often."""

    @property
    def account_id(self) -> str:
        """The account that asks."""

    @property
    def email(self) -> EmailAddress:
        """The address whose owner is asked."""

    @property
    def generation(self) -> int:
        """Which mail's link is the one that counts."""

    @property
    def status(self) -> IdentityStatus:
        """Where it stands with the owner."""

    @property
    def decided_at(self) -> datetime | None:
        """When the owner decided."""


_A = TypeVar("_A", bound=Asked)
_S = TypeVar("_S", bound=Asked)


class Decidable(Protocol[_S]):
    """Where that is kept which owners decide about."""

    def by_id_now(self, account_id: str, subject_id: str, /) -> _S | None:
        """It as it is now (strongly consistent), or None."""

    def decide(self, before: _S, after: _S, event: Event | None) -> None:
        """Store a decision together with its event, if what is stored is still `before`, and undecided.

        Raises `ConsentChangedError` otherwise.
        """


@value_type
class Matter(Generic[_A]):
    """What consent is asked for: where it is kept, what a decision makes of it, and the event that tells of it."""

    store: Decidable[_A]
    decided: Callable[[_A, IdentityStatus, datetime], _A]
    event: Callable[[_A, str, datetime], Event | None]


@value_type
class Opened(Generic[_A]):
    """What a link opened: its state and, unless it is unknown, what it asks for and the moment at which it ends."""

    state: LinkState
    asked: _A | None = None
    expires_at: datetime | None = None


@value_type
class Pressed(Generic[_A]):
    """What a link is worth after a button was pressed, and what became of the press."""

    outcome: Outcome
    opened: Opened[_A]


def look(token: str, *, links: LinkLookup, matter: Matter[_A], now: datetime) -> Opened[_A]:
    """What a link is worth. Changes nothing, however often it is followed and by whom.

    A link to what was deleted is as unknown as an invented one, and so is one to a matter of another kind.
    """
    link = links.by_hash(hash_of(token)) if is_token(token) else None
    asked = matter.store.by_id_now(link.account_id, link.subject_id) if link else None
    if link is None or asked is None:
        return Opened(LinkState.UNKNOWN)
    return Opened(_state(link, asked, now), asked, link.expires_at)


def press(
    token: str,
    decision: Decision | None,
    visit: str,
    *,
    links: LinkLookup,
    matter: Matter[_A],
    ledger: AddressLedger,
    now: datetime,
    event_id: str,
) -> Pressed[_A]:
    """Carry out what a person pressed. `visit` is the one-time field of the page on which they did; None decides nothing.

    Others are told of it by the event of that id. Who says no isn't asked again by the same account for a while, even if it
    asks for something else.
    """
    opened = look(token, links=links, matter=matter, now=now)
    shown_at = visit_time(token, visit, now)
    for _ in range(_ATTEMPTS):
        if opened.state is not LinkState.OPEN or opened.asked is None:
            break
        if shown_at is None or decision is None:
            return Pressed(Outcome.STALE_VISIT, opened)
        asked = opened.asked
        if decision is Decision.REFUSE:
            ledger.note_refusal(asked.email.key, asked.account_id, now + REFUSAL_HOLDS, now)
        after = matter.decided(asked, _STATUS_AFTER[decision], now)
        try:
            matter.store.decide(asked, after, matter.event(after, event_id, now))
        except ConsentChangedError:
            opened = look(token, links=links, matter=matter, now=now)
        else:
            return Pressed(Outcome.DONE, Opened(_STATE_AFTER[after.status], after, opened.expires_at))
    if _did_the_same_before(opened, decision, shown_at):
        return Pressed(Outcome.DONE, opened)
    return Pressed(Outcome.CLOSED, opened)


_STATUS_AFTER = {Decision.CONFIRM: IdentityStatus.VERIFIED, Decision.REFUSE: IdentityStatus.REFUSED}
_STATE_AFTER = {IdentityStatus.VERIFIED: LinkState.USED, IdentityStatus.REFUSED: LinkState.REFUSED}


def _state(link: ConfirmationLink, asked: Asked, now: datetime) -> LinkState:
    if link.generation != asked.generation:
        return LinkState.REPLACED
    if asked.status in _STATE_AFTER:
        return _STATE_AFTER[asked.status]
    return LinkState.EXPIRED if link.expires_at <= now else LinkState.OPEN


def _did_the_same_before(opened: Opened[_A], decision: Decision | None, shown_at: datetime | None) -> bool:
    # A double click or a reload: the page with the button was shown before the decision fell.
    asked = opened.asked
    if asked is None or asked.decided_at is None or shown_at is None or decision is None:
        return False
    same = opened.state is _STATE_AFTER.get(_STATUS_AFTER[decision])
    return same and shown_at <= asked.decided_at
