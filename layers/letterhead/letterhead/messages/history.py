"""What we put on a message's history ourselves, beside what the provider tells of it, and what all of it is evidence of."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from letterhead.activity.activity import (
    KEPT_SENDER,
    KEPT_SUBJECT,
    Activity,
    ActivityType,
    activity_id_of,
    shortened,
)
from letterhead.messages.reading import facts_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from letterhead.activity.log import ActivityLog
    from letterhead.messages.message import Message
    from letterhead.messages.reading import MessageFacts
    from letterhead.suppressions.blocking import Block

_OUR_OWN = frozenset({ActivityType.FAILED, ActivityType.QUEUED, ActivityType.SUPPRESSED})


class AcceptedMessage(NamedTuple):
    """A message that has been accepted, as whoever puts that on its history is told of it. It holds ids only."""

    account_id: str
    accepted_message_id: str


class MessageActivities(Protocol):
    """Where activities are read."""

    def of_message(self, account_id: str, message_id: str, now: datetime) -> Sequence[Activity]:
        """All activities of an account's message that are still kept."""


class AcceptedMessages(Protocol):
    """Where messages are read."""

    def by_id(self, account_id: str, message_id: str, now: datetime) -> MessageFacts | None:
        """The account's message of that id, or None."""


class AcceptanceNotes:
    """Puts onto histories that a message was accepted."""

    def __init__(self, log: ActivityLog, messages: AcceptedMessages) -> None:
        self._log = log
        self._messages = messages

    def note(self, accepted: AcceptedMessage, now: datetime) -> bool:
        """Note each recipient as queued, and as suppressed whoever the message doesn't go to; twice is once.

        False when there is no such message any more. Raises `UnavailableError`.
        """
        message = self._messages.by_id(accepted.account_id, accepted.accepted_message_id, now)
        if message is None:
            return False
        for address in message.recipients:
            _note(self._log, message, ActivityType.QUEUED, address, {}, message.created_at, now)
        for address, reason in message.dropped.items():
            detail = {"reason": reason}
            _note(self._log, message, ActivityType.SUPPRESSED, address, detail, message.created_at, now)
        return True


class MessageHistory:
    """Evidence of what has left, and notes of what never will."""

    def __init__(self, log: ActivityLog, activities: MessageActivities) -> None:
        self._log = log
        self._activities = activities

    def has_left(self, account_id: str, message_id: str, now: datetime) -> bool:
        """Whether any event of the provider speaks of the message. Raises `UnavailableError`."""
        found = self._activities.of_message(account_id, message_id, now)
        return any(activity.type not in _OUR_OWN for activity in found)

    def failed(self, message: Message, reason: str, now: datetime) -> None:
        """Note for each recipient that the message won't leave; twice is once. Raises `UnavailableError`."""
        facts = facts_of(message)
        for address in facts.recipients:
            _note(self._log, facts, ActivityType.FAILED, address, {"reason": reason}, now, now)

    def suppressed(self, message: Message, blocks: Mapping[str, Sequence[Block]], now: datetime) -> None:
        """Note for these recipients that the message doesn't go to them; twice is once. Raises `UnavailableError`."""
        facts = facts_of(message)
        for address, found in blocks.items():
            detail = {"reason": found[0].list.value}
            _note(self._log, facts, ActivityType.SUPPRESSED, address, detail, now, now)


def _note(
    log: ActivityLog,
    message: MessageFacts,
    type_: ActivityType,
    address: str,
    detail: Mapping[str, str],
    occurred_at: datetime,
    now: datetime,
) -> None:
    activity = Activity(
        activity_id=activity_id_of(message.message_id, message.created_at, type_, f"{type_} {address}"),
        account_id=message.account_id,
        domain_id=message.domain_id,
        identity_id=message.identity_id,
        message_id=message.message_id,
        recipient=address,
        type=type_,
        occurred_at=occurred_at,
        placed_at=message.created_at,
        subject=shortened(message.subject, KEPT_SUBJECT),
        from_address=shortened(message.from_address, KEPT_SENDER),
        tags=message.tags,
        detail=detail,
        test=message.test,
    )
    recording = log.record(activity, now)
    if not recording.settled:
        log.settle(activity, recording)
