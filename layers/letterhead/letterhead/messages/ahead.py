"""Reading for a whole batch at once what would else be read for each message: the messages, and what blocks their recipients.

It only saves calls. What couldn't be read ahead, what has been used up and what has become too old is read by itself when it is
needed, so that an error meets the message that it concerns, and no other one.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from letterhead.messages.message import Message
    from letterhead.suppressions.blocking import Block, Standing

# What was read longer ago is read again, for the rest of the batch. A batch that the provider doesn't slow down takes less.
GOOD_FOR = 2.0  # seconds

MessageKey = tuple[str, str]


class Messages(Protocol):
    """Where messages are kept; a key is an account's id and a message's."""

    def heads(self, keys: Sequence[MessageKey]) -> Mapping[MessageKey, Message]:
        """These messages as they are now, without what lies apart of them; those that aren't there aren't in it.

        Raises `UnavailableError` when not all could be read.
        """

    def completed(self, head: Message) -> Message:
        """The message with its content. Raises `UnavailableError`."""

    def by_id(self, account_id: str, message_id: str) -> Message | None:
        """The message with its content as it is now, or None. Raises `UnavailableError`."""

    def change(self, before: Message, after: Message) -> Message:
        """Store what became of it; raises `MessageChangedError` when it isn't any more what `before` was."""


class Lists(Protocol):
    """Where suppressions are kept."""

    def standing(self, addresses: Mapping[str, Sequence[str]]) -> Standing:
        """What stands on the lists of folded addresses, by account. Raises `UnavailableError` when not all could be read."""


class ReadAhead:
    """Messages and suppressions, of one batch read together. `clock` is in seconds and only ever grows."""

    def __init__(self, messages: Messages, lists: Lists, clock: Callable[[], float]) -> None:
        self._messages = messages
        self._lists = lists
        self._clock = clock
        self._heads: dict[MessageKey, Message] = {}
        self._standing: Standing | None = None
        self._read_at = 0.0

    def prepare(self, keys: Sequence[MessageKey]) -> None:
        """Read these messages and what blocks their recipients, as far as that can be done for all at once."""
        self._heads, self._standing, self._read_at = {}, None, self._clock()
        with suppress(Exception):  # each message meets what is wrong when it is its turn
            self._heads = dict(self._messages.heads(list(dict.fromkeys(keys))))
            self._standing = self._lists.standing(_recipients(self._heads.values()))

    def by_id(self, account_id: str, message_id: str) -> Message | None:
        """The message with its content, or None. One read ahead is given once: who asks again, asks because of a change."""
        key = (account_id, message_id)
        if key in self._heads and self._is_old:
            self.prepare(list(self._heads))
        head = self._heads.pop(key, None)
        if head is None:
            return self._messages.by_id(account_id, message_id)
        return self._messages.completed(head)

    def change(self, before: Message, after: Message) -> Message:
        """Store what became of it; raises `MessageChangedError` when it isn't any more what `before` was."""
        return self._messages.change(before, after)

    def blocking(
        self, account_id: str, domain_id: str | None, addresses: Sequence[str], now: datetime
    ) -> Mapping[str, tuple[Block, ...]]:
        """What blocks each of these folded addresses; those that nothing blocks aren't in it. Raises `UnavailableError`."""
        standing = self._standing
        if standing is None or self._is_old or not standing.covers(account_id, addresses):
            standing = self._lists.standing({account_id: addresses})
        return standing.blocking(account_id, domain_id, addresses, now)

    @property
    def _is_old(self) -> bool:
        return self._clock() - self._read_at >= GOOD_FOR


def _recipients(messages: Iterable[Message]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for message in messages:
        found.setdefault(message.account_id, []).extend(box.address.key for box in message.draft.recipients)
    return found
