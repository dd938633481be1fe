"""Queueing the messages whose moment has come."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from letterhead.messages.message import MessageChangedError, MessageStatus

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from letterhead.messages.message import Message

_WAITS = frozenset({MessageStatus.SCHEDULED, MessageStatus.WAITING})


class WaitingMessages(Protocol):
    """Where messages wait."""

    def due(self, now: datetime) -> Iterable[tuple[str, str]]:
        """Account and id of each message that is due."""

    def head(self, account_id: str, message_id: str) -> Message | None:
        """The message as it was lately, or None."""

    def change(self, before: Message, after: Message) -> Message:
        """Store what became of it; raises `MessageChangedError`."""


def queue_due(store: WaitingMessages, now: datetime, most: int) -> int:
    """Make what is due queued, at most so many; how many there were. The store's stream puts them onto the queue.

    Whoever takes a message back at the same moment wins or loses as a whole. What isn't reached stays due.
    """
    queued = 0
    for account_id, message_id in store.due(now):
        if queued >= most:
            break
        message = store.head(account_id, message_id)
        if message is None or message.status not in _WAITS:
            continue
        try:
            store.change(message, replace(message, status=MessageStatus.QUEUED, due_at=None))
        except MessageChangedError:
            continue
        queued += 1
    return queued
