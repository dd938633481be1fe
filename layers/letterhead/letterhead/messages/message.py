"""A message: a draft that was accepted, and how far it has come."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from letterhead.messages.draft import Draft, Mailbox
    from letterhead.tokens.dialect import Dialect


class MessageStatus(StrEnum):
    """How far a message has come.

    `queued`: on its way. `scheduled`: waits for its moment. `waiting`: a gate holds it back, until tomorrow or until the domain
    may send again. `leaving`: handed to the provider, whose answer isn't known. `sent`: the provider has it. `failed`: it will
    never leave. `cancelled`: its account took it back.
    """

    QUEUED = "queued"
    SCHEDULED = "scheduled"
    WAITING = "waiting"
    LEAVING = "leaving"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


class MessageNotFoundError(Exception):
    """This account has no such message."""


class MessageChangedError(Exception):
    """The message isn't any more what it was when it was read."""


@value_type
class Message:
    """A message.

    `draft` has the mail with its template filled in, its `recipients` without those who are suppressed; its text, HTML and
    files may be kept apart, in which case `content_key` says where and they are absent here. `from_name` and `from_address` are
    what the mail's From will be. `domain_id` is None for the shared sender's. `due_at` is when a waiting or scheduled one is
    looked at again. `dropped` are the recipients that it doesn't go to, folded, each with the list that blocked it when it was
    accepted.
    `unsubscribable` says that it carries a link by which its recipient gets no more of the kind; `unsubscribe_url` is that link
    while the mail is written, and kept nowhere.
    `unspent` says that it has yet to be counted against its domain's warm-up, on the day on which it leaves.
    """

    message_id: str
    account_id: str
    token_id: str
    dialect: Dialect
    draft: Draft
    from_name: str
    from_address: str
    reply_to: Mailbox | None
    created_at: datetime
    domain_id: str | None = None
    identity_id: str | None = None
    test: bool = False
    status: MessageStatus = MessageStatus.QUEUED
    due_at: datetime | None = None
    attempts: int = 0
    left_at: datetime | None = None
    provider_id: str | None = None
    failure: str | None = None
    dropped: Mapping[str, str] = field(default_factory=dict)
    unspent: bool = False
    bulk_id: str | None = None
    unsubscribable: bool = False
    unsubscribe_url: str | None = None
    content_key: str | None = None

    @property
    def is_pending(self) -> bool:
        """Whether it can still be taken back."""
        return self.status in {MessageStatus.QUEUED, MessageStatus.SCHEDULED, MessageStatus.WAITING}


class MessageStore(Protocol):
    """Where messages are kept, for as long as their account's activity is."""

    def add(self, message: Message) -> None:
        """Store a new message; storing it twice is once."""

    def add_all(self, messages: Sequence[Message]) -> None:
        """Store new messages, of ids that nothing has; in few calls, and not all at once when one of them fails."""
