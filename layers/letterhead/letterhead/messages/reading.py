"""Reading messages: what was accepted, and what has become of it."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Protocol

from letterhead import identifiers
from letterhead.activity.activity import Activity, ActivityType
from letterhead.activity.status import status_of
from letterhead.messages.message import MessageStatus
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from letterhead.messages.message import Message

_LEFT = frozenset({MessageStatus.LEAVING, MessageStatus.SENT})


@value_type
class MessageFacts:
    """A message as lists and reads show it, without its content.

    `recipients` are those whom it goes to, folded, and `dropped` those whom it doesn't, each with the list that blocks it.
    `domain_id` is the account's own id for mail of the
    shared sender. `status` is how far we have brought it; None for one that only its activities tell of.
    """

    message_id: str
    account_id: str
    domain_id: str
    identity_id: str | None
    from_address: str
    recipients: tuple[str, ...]
    subject: str
    created_at: datetime
    status: MessageStatus | None
    message_type: str = "transactional"
    tags: tuple[str, ...] = ()
    test: bool = False
    dropped: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_history(self) -> bool:
        """Whether anything but its status can tell what has become of it."""
        return self.status is None or self.status in _LEFT


@value_type
class MessageQuery:
    """An account's messages, newest first: those before the one of the id `after`, `skipped` of them passed over.

    `domain_id` keeps those of one domain; `since` is included, `until` isn't.
    """

    size: int = 25
    skipped: int = 0
    after: str | None = None
    domain_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Messages(Protocol):
    """Where messages are read."""

    def by_id(self, account_id: str, message_id: str, now: datetime) -> MessageFacts | None:
        """The account's message of that id as it is now, or None."""

    def page(self, account_id: str, query: MessageQuery, now: datetime) -> Sequence[MessageFacts]:
        """At most `size` messages."""


def standing(status: MessageStatus | None, types: Iterable[ActivityType]) -> ActivityType | MessageStatus:
    """The one word for what has become of a message: what its activities say, or, before there are any, how far we brought it."""
    told = set(types) - {ActivityType.QUEUED}
    if told:
        return status_of(told)
    match status:
        case MessageStatus.SCHEDULED | MessageStatus.CANCELLED:
            return status
        case MessageStatus.SENT:
            return ActivityType.SENT
        case MessageStatus.FAILED:
            return ActivityType.FAILED
        case _:
            return ActivityType.QUEUED


def facts_of(message: Message) -> MessageFacts:
    """What lists and reads show of a message."""
    return MessageFacts(
        message_id=message.message_id,
        account_id=message.account_id,
        domain_id=message.domain_id or message.account_id,
        identity_id=message.identity_id,
        from_address=message.from_address,
        recipients=tuple(box.address.key for box in message.draft.recipients),
        subject=message.draft.subject,
        created_at=message.created_at,
        status=message.status,
        message_type=message.draft.message_type.value,
        tags=message.draft.tags,
        test=message.test,
        dropped=message.dropped,
    )


def told_by(activities: Sequence[Activity]) -> MessageFacts | None:
    """The message as far as its activities tell of it, which may be kept when it isn't any more; None without any."""
    if not activities:
        return None
    first = activities[0]
    recipients = (activity.recipient for activity in activities)
    return MessageFacts(
        message_id=first.message_id,
        account_id=first.account_id,
        domain_id=first.domain_id,
        identity_id=first.identity_id,
        from_address=first.from_address,
        recipients=tuple(dict.fromkeys(address for address in recipients if address)),
        subject=first.subject,
        created_at=identifiers.made_at(first.message_id),
        status=None,
        tags=first.tags,
        test=first.test,
    )
