"""Mail From a client's own address: the provider's verification of the address, begun when its owner has confirmed to us.

The provider has one entry an address for everyone; each entry of ours says for whom it was made. An entry of the operator's own
is left alone. An entry whose maker doesn't use the address any more, or has an older consent of its owner than whoever asks, is
cleared away and made anew, so that the address's owner is asked again: an address has one user at a time, as a domain name has
one holder, and its owner's newest word decides.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from letterhead.identities.decisions import decision_event, expired_event, taken_over_event
from letterhead.identities.identity import ExactState, IdentityChangedError, SenderIdentity
from letterhead.unavailable import UnavailableError
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from letterhead.outbox.event import Event

_HOLDER = re.compile(r"([0-9a-z]+)/([0-9a-z]+)/([0-9]+)")


@value_type
class VerificationRequest:
    """Which verification is due. It holds ids only, as every message on the queue."""

    account_id: str
    identity_id: str
    round: int


@value_type
class Holder:
    """For whom an entry at the provider was made, and in which round."""

    account_id: str
    identity_id: str
    round: int

    @classmethod
    def of(cls, identity: SenderIdentity) -> Holder:
        """The holder that an identity is in its present round."""
        return cls(identity.account_id, identity.identity_id, identity.exact_round)

    @classmethod
    def read(cls, text: str) -> Holder | None:
        """The holder that a text names, or None."""
        match = _HOLDER.fullmatch(text)
        return cls(match[1], match[2], int(match[3])) if match else None

    @property
    def text(self) -> str:
        """The holder as a tag's value."""
        return f"{self.account_id}/{self.identity_id}/{self.round}"

    def is_same_identity(self, other: Holder) -> bool:
        """Whether both are one identity, perhaps in different rounds."""
        return (self.account_id, self.identity_id) == (other.account_id, other.identity_id)


class AddressState(StrEnum):
    """What the provider says of an address: `absent` it doesn't have it, `foreign` it has it for somebody else."""

    PENDING = "pending"
    VERIFIED = "verified"
    EXPIRED = "expired"
    ABSENT = "absent"
    FOREIGN = "foreign"


class AddressHeldError(Exception):
    """The provider has an entry for the address that was made for `holder`; None is somebody who isn't one of ours."""

    def __init__(self, holder: Holder | None) -> None:
        super().__init__(holder)
        self.holder = holder


class AddressesBusyError(UnavailableError):
    """The provider throttles or doesn't answer; trying again later is right."""


class AddressRefusedError(Exception):
    """The provider refuses for a reason that the operator must see to; the message names it."""


class AddressProvider(Protocol):
    """The part of the mail provider that verifies addresses; every act raises `AddressesBusyError`, `AddressRefusedError`."""

    def start(self, address: str, holder: Holder) -> AddressState:
        """Make the entry, by which its owner gets a mail, or find the one made for this very holder.

        Raises `AddressHeldError`.
        """

    def state(self, address: str, holder: Holder) -> AddressState:
        """How the holder's entry stands now."""

    def remove(self, address: str, holder: Holder) -> None:
        """Delete the entry if it is the holder's, of whichever round; may be repeated."""


class ExactIdentities(Protocol):
    """Where sender identities are kept."""

    def by_id_now(self, account_id: str, identity_id: str) -> SenderIdentity | None:
        """The identity as it is now (strongly consistent), or None."""

    def note_exact(self, identity: SenderIdentity, state: ExactState, event: Event | None = None) -> None:
        """Note where the provider's verification stands and the event that this brings about, if it still stands where it
        was read and in the same round.

        Raises `IdentityChangedError` otherwise.
        """


class Start(StrEnum):
    """What became of a request."""

    BEGUN = "begun"
    OUTDATED = "outdated"


class ExactSending:
    """The act of having an address verified, with what it needs; `new_id` makes the id of an event."""

    def __init__(
        self, identities: ExactIdentities, provider: AddressProvider, new_id: Callable[[datetime], str]
    ) -> None:
        self._identities = identities
        self._provider = provider
        self._new_id = new_id

    def begin(self, request: VerificationRequest, now: datetime) -> Start:
        """Have the provider ask an address's owner, unless that isn't wanted any more; repeating a request asks once.

        Raises `UnavailableError` for what may pass, so that the queue brings the request back.
        """
        identity = self._identities.by_id_now(request.account_id, request.identity_id)
        if (
            identity is None
            or identity.exact is not ExactState.WANTED
            or identity.exact_round != request.round
        ):
            return Start.OUTDATED
        try:
            state = self._started(identity, now)
        except AddressRefusedError:
            state = ExactState.REFUSED
        try:
            self._identities.note_exact(identity, state, _event(identity, state, self._new_id(now), now))
        except IdentityChangedError:
            # Nobody else would clear away an entry that came to be while the identity was changed or deleted.
            self._provider.remove(identity.email.deliverable, Holder.of(identity))
            return Start.OUTDATED
        return Start.BEGUN

    def _started(self, identity: SenderIdentity, now: datetime) -> ExactState:
        address, holder = identity.email.deliverable, Holder.of(identity)
        try:
            return _STATES[self._provider.start(address, holder)]
        except AddressHeldError as held:
            if held.holder is None or not self._is_free(held.holder, identity, now):
                return ExactState.CONFLICT
            self._provider.remove(address, held.holder)
        try:
            return _STATES[self._provider.start(address, holder)]
        except AddressHeldError:
            return ExactState.CONFLICT

    def _is_free(self, maker: Holder, identity: SenderIdentity, now: datetime) -> bool:
        """Whether the entry's maker has let go of the address, or lets go now, for its owner's newer consent is this one's."""
        if maker.is_same_identity(Holder.of(identity)):
            return True
        other = self._identities.by_id_now(maker.account_id, maker.identity_id)
        if other is None or other.exact is None or other.email.deliverable != identity.email.deliverable:
            return True
        if other.exact is ExactState.CONFLICT:
            return True
        if not _consented_later(identity, other):
            return False
        loser = replace(other, exact=ExactState.CONFLICT)
        try:
            self._identities.note_exact(
                other, ExactState.CONFLICT, taken_over_event(loser, self._new_id(now), now)
            )
        except IdentityChangedError as error:
            raise UnavailableError from error
        return True


def _consented_later(one: SenderIdentity, other: SenderIdentity) -> bool:
    return one.decided_at is not None and other.decided_at is not None and one.decided_at > other.decided_at


def followed(
    identity: SenderIdentity,
    *,
    provider: AddressProvider,
    store: ExactIdentities,
    now: datetime,
    event_id: str,
) -> SenderIdentity:
    """The identity with what the provider says of its address now; only one whose owner is being asked costs a call.

    Others are told by the event of that id of an address that turns out to be verified, or unanswered for too long.

    A provider that can't be asked leaves it as it was.
    """
    if identity.exact is not ExactState.PENDING:
        return identity
    try:
        state = _STATES[provider.state(identity.email.deliverable, Holder.of(identity))]
    except (UnavailableError, AddressRefusedError):
        return identity
    if state is identity.exact:
        return identity
    with suppress(IdentityChangedError, UnavailableError):
        store.note_exact(identity, state, _event(identity, state, event_id, now))
    return replace(identity, exact=state)


def uses_same_entry(before: SenderIdentity, after: SenderIdentity) -> bool:
    """Whether a changed identity goes on with the provider's entry that it had."""
    return after.exact is not None and after.email.deliverable == before.email.deliverable


def let_go(identity: SenderIdentity, provider: AddressProvider) -> None:
    """Delete the provider's entry of an identity that has one; raises `AddressesBusyError`, `AddressRefusedError`."""
    if identity.exact is not None:
        provider.remove(identity.email.deliverable, Holder.of(identity))


def _event(identity: SenderIdentity, state: ExactState, event_id: str, now: datetime) -> Event | None:
    after = replace(identity, exact=state)
    if state is ExactState.EXPIRED:
        return expired_event(after, event_id, now)
    return decision_event(after, event_id, now) if after.is_verified else None


_STATES = {
    AddressState.PENDING: ExactState.PENDING,
    AddressState.VERIFIED: ExactState.VERIFIED,
    AddressState.EXPIRED: ExactState.EXPIRED,
    AddressState.ABSENT: ExactState.EXPIRED,
    AddressState.FOREIGN: ExactState.CONFLICT,
}
