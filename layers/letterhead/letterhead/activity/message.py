"""What activity needs to know of messages; who accepts them keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


@value_type
class MessageFacts:
    """A message as far as its history shows it. Its id holds the moment at which it was made."""

    message_id: str
    account_id: str
    domain_id: str
    identity_id: str | None
    from_address: str
    to: tuple[str, ...]
    subject: str
    created_at: datetime
    tags: tuple[str, ...] = ()
    test: bool = False


@value_type
class MessageQuery:
    """An account's messages, newest first: those before the one of the id `after`, `skipped` of them passed over.

    `domain_id` keeps those of one domain.
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
        """The account's message of that id, or None."""

    def page(self, account_id: str, query: MessageQuery, now: datetime) -> Sequence[MessageFacts]:
        """At most `size` messages."""


class SentMessages(Protocol):
    """Where a message is noted that has left."""

    def note(self, message: MessageFacts, now: datetime) -> None:
        """Note it; noting it twice is once. Raises `UnavailableError`."""
