"""A message leaves: what can have changed since it was accepted is asked again, then the provider gets it.

Exactly once as far as the provider allows. The message is marked as leaving before the provider is asked and as sent after; who
finds one marked as leaving doesn't know whether the provider took it, and asks the provider's events before trying again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from letterhead.dmarc.results import Result
from letterhead.identities.identity import FromMode, SenderIdentity
from letterhead.mail.message import AttachmentLostError, MailRefusedError
from letterhead.messages.acceptance import WarmUpAllowance, without
from letterhead.messages.message import Message, MessageChangedError, MessageStatus
from letterhead.messages.people import strangers
from letterhead.messages.sender import Sender, sends
from letterhead.unavailable import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from letterhead.accounts.account import Account
    from letterhead.domains.domain import SendingDomain
    from letterhead.messages.people import OwnPeople
    from letterhead.suppressions.blocking import Block, Suppressed

EVIDENCE_AFTER = timedelta(minutes=15)
HELD_FOR = timedelta(minutes=15)
GIVEN_UP_AFTER = timedelta(days=3)


class NotTakenError(UnavailableError):
    """The provider definitely hasn't taken the message: it throttles, or it can't be reached."""


class ProviderPausedError(Exception):
    """The provider takes nobody's mail for a while: the day's quota is used up, or it has paused the operator's account."""


class SenderRefusedByProviderError(Exception):
    """The provider doesn't know the sender any more, though we do."""


class DepartureRequest(NamedTuple):
    """Which message is to leave. It holds ids only."""

    account_id: str
    message_id: str


class Departed(StrEnum):
    """What became of a request. `outdated`: there is nothing (more) to send. `simulated`: a test token's. `provider_paused`: it
    waits, and the operator has to see to it."""

    SENT = "sent"
    SIMULATED = "simulated"
    OUTDATED = "outdated"
    WAITS = "waits"
    PROVIDER_PAUSED = "provider_paused"
    SUPPRESSED = "suppressed"
    FAILED = "failed"


class Messages(Protocol):
    """Where messages are kept."""

    def by_id(self, account_id: str, message_id: str) -> Message | None:
        """The message with its content as it is now, or None. Raises `UnavailableError`."""

    def change(self, before: Message, after: Message) -> Message:
        """Store what became of it; raises `MessageChangedError` when it isn't any more what `before` was."""


class Accounts(Protocol):
    """Where accounts are kept."""

    def by_id(self, account_id: str) -> Account | None:
        """The account, or None."""


class Domains(Protocol):
    """Where sending domains are kept."""

    def by_id(self, account_id: str, domain_id: str) -> SendingDomain | None:
        """The account's domain of that id, or None."""


class Identities(Protocol):
    """Where sender identities are kept."""

    def by_id(self, account_id: str, identity_id: str) -> SenderIdentity | None:
        """The account's identity of that id, or None."""


class MessageProvider(Protocol):
    """Whoever takes messages and delivers them."""

    def send(self, message: Message, now: datetime) -> str:
        """Hand a message over and answer the id that it got.

        Raises `MailRefusedError` (`AttachmentLostError` where a file is why), `SenderRefusedByProviderError`, `NotTakenError`;
        `UnavailableError` when nobody knows whether the provider has it.
        """


class Simulation(Protocol):
    """Whoever plays the provider for test tokens."""

    def play(self, message: Message, now: datetime) -> str:
        """Let the events of a message come that nobody got; answers the id that it gets."""


class ProviderEvidence(Protocol):
    """What the provider's events say of a message."""

    def has_left(self, account_id: str, message_id: str, now: datetime) -> bool:
        """Whether any event speaks of it. Raises `UnavailableError`."""


class HistoryNotes(Protocol):
    """Whoever tells that a message will never leave, or not to everybody."""

    def failed(self, message: Message, reason: str, now: datetime) -> None:
        """Put it on the message's history; twice is once."""

    def suppressed(self, message: Message, blocks: Mapping[str, Sequence[Block]], now: datetime) -> None:
        """The same for these recipients alone, whom something blocks."""


class DomainRechecks(Protocol):
    """Whoever looks at a domain again soon."""

    def ask(self, account_id: str, domain_id: str) -> None:
        """Have a domain looked at again."""


class Departures:
    """The act, with what it needs."""

    def __init__(
        self,
        *,
        store: Messages,
        accounts: Accounts,
        domains: Domains,
        identities: Identities,
        lists: Suppressed,
        people: OwnPeople,
        warm_ups: WarmUpAllowance | None,
        provider: MessageProvider,
        simulation: Simulation,
        evidence: ProviderEvidence,
        notes: HistoryNotes,
        rechecks: DomainRechecks,
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._domains = domains
        self._identities = identities
        self._lists = lists
        self._people = people
        self._warm_ups = warm_ups
        self._provider = provider
        self._simulation = simulation
        self._evidence = evidence
        self._notes = notes
        self._rechecks = rechecks

    def send(self, request: DepartureRequest, now: datetime) -> Departed:
        """Send one message, unless it has left or may not.

        Raises `UnavailableError` for what may pass, so that the queue brings the request back.
        """
        message = self._store.by_id(request.account_id, request.message_id)
        if message is None or message.status in {
            MessageStatus.SENT,
            MessageStatus.FAILED,
            MessageStatus.CANCELLED,
        }:
            return Departed.OUTDATED
        try:
            if message.status is MessageStatus.LEAVING:
                return self._found_leaving(message, now)
            return self._leave(message, now)
        except MessageChangedError:
            return Departed.OUTDATED

    def _found_leaving(self, message: Message, now: datetime) -> Departed:
        if self._evidence.has_left(message.account_id, message.message_id, now):
            self._store.change(message, replace(message, status=MessageStatus.SENT, due_at=None))
            return Departed.SENT
        until = (message.left_at or now) + EVIDENCE_AFTER
        if now < until:
            raise UnavailableError(retry_after=max(1, int((until - now).total_seconds())))
        return self._leave(message, now)

    def _leave(self, message: Message, now: datetime) -> Departed:
        if (
            message.due_at is not None
            and message.status is not MessageStatus.LEAVING
            and message.due_at > now
        ):
            return Departed.WAITS
        account = self._accounts.by_id(message.account_id)
        if account is None:
            return self._fail(message, "account_closed", now)
        if account.is_suspended:
            return self._hold(message, now)
        held = self._held_by_sender(message, now)
        if held is not None:
            return held
        keys = [box.address.key for box in message.draft.recipients]
        suppressed = self._lists.blocking(message.account_id, message.domain_id, keys, now)
        if suppressed:
            self._notes.suppressed(message, suppressed, now)
        remaining = replace(message, draft=without(message.draft, suppressed))
        if not remaining.draft.to:
            self._fail(remaining, "recipient_suppressed", now)
            return Departed.SUPPRESSED
        to_own_people = message.domain_id is None or message.draft.test_send
        if to_own_people and strangers(remaining.draft, message.account_id, self._people):
            return self._fail(remaining, "recipient_not_allowed", now)
        return self._hand_over(remaining, message, now)

    def _held_by_sender(self, message: Message, now: datetime) -> Departed | None:
        """What becomes of a message whose sender may not send any more; None while it may."""
        if message.domain_id is None:
            return None
        domain = self._domains.by_id(message.account_id, message.domain_id)
        if domain is None or domain.lost_at is not None:
            return self._fail(message, "from_not_verified", now)
        if not sends(domain, message.dialect):
            return self._hold(message, now)
        if domain.paused_at is not None or domain.settings.get("send_paused") is True:
            return self._hold(message, now)
        if message.identity_id is None:
            return self._held_by_warm_up(
                message, Sender(message.from_name, message.from_address, None, domain), now
            )
        identity = self._identities.by_id(message.account_id, message.identity_id)
        if identity is None or not identity.is_verified:
            return self._fail(message, "identity_not_verified", now)
        forecast = identity.forecast
        if (
            identity.from_mode is FromMode.EXACT
            and forecast is not None
            and forecast.exact_result is Result.REJECT
        ):
            return self._fail(message, "dmarc_rejects", now)
        sender = Sender(message.from_name, message.from_address, None, domain, identity)
        return self._held_by_warm_up(message, sender, now)

    def _held_by_warm_up(self, message: Message, sender: Sender, now: datetime) -> Departed | None:
        """A message that waited for a new day's allowance, or for its moment, spends it now."""
        if message.test or not message.unspent or self._warm_ups is None:
            return None
        if self._warm_ups.spend(sender, len(message.draft.recipients), now):
            return None
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        self._put_off(message, midnight, MessageStatus.WAITING)
        return Departed.WAITS

    def _hand_over(self, remaining: Message, stored: Message, now: datetime) -> Departed:
        leaving = self._store.change(
            stored,
            replace(
                remaining,
                status=MessageStatus.LEAVING,
                left_at=now,
                attempts=stored.attempts + 1,
                due_at=None,
            ),
        )
        try:
            carrier = self._simulation.play if leaving.test else self._provider.send
            provider_id = carrier(leaving, now)
        except NotTakenError:
            self._store.change(leaving, replace(leaving, status=MessageStatus.QUEUED, due_at=None))
            raise
        except ProviderPausedError:
            became = self._hold(leaving, now)
            return Departed.PROVIDER_PAUSED if became is Departed.WAITS else became
        except AttachmentLostError:
            return self._fail(leaving, "attachment_lost", now)
        except MailRefusedError:
            return self._fail(leaving, "provider_refused", now)
        except SenderRefusedByProviderError:
            if leaving.domain_id is not None:
                self._rechecks.ask(leaving.account_id, leaving.domain_id)
            return self._hold(leaving, now)
        sent = replace(leaving, status=MessageStatus.SENT, provider_id=provider_id, due_at=None)
        self._store.change(leaving, sent)
        return Departed.SIMULATED if leaving.test else Departed.SENT

    def _hold(self, message: Message, now: datetime) -> Departed:
        due_since = message.draft.send_at or message.created_at
        if now - due_since > GIVEN_UP_AFTER + HELD_FOR:
            return self._fail(message, "waited_too_long", now)
        self._put_off(message, now + HELD_FOR, MessageStatus.WAITING)
        return Departed.WAITS

    def _put_off(self, message: Message, until: datetime, status: MessageStatus) -> None:
        self._store.change(message, replace(message, status=status, due_at=until))

    def _fail(self, message: Message, reason: str, now: datetime) -> Departed:
        self._notes.failed(message, reason, now)
        self._store.change(
            message, replace(message, status=MessageStatus.FAILED, failure=reason, due_at=None)
        )
        return Departed.FAILED
