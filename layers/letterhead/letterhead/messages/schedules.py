"""Messages that were given a moment to leave at: listed, and taken back while they still wait."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from letterhead.messages.message import Message, MessageChangedError, MessageNotFoundError, MessageStatus
from letterhead.unavailable import UnavailableError
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from letterhead.tokens.token import ApiToken

# Between two looks a message changes at most once or twice: the sweep queues it, and it leaves.
_LOOKS = 3


class ScheduleStatus(StrEnum):
    """What has become of a scheduled message (contracts A.8)."""

    SCHEDULED = "scheduled"
    SENT = "sent"
    ERROR = "error"


_STATUSES = {MessageStatus.SENT: ScheduleStatus.SENT, MessageStatus.FAILED: ScheduleStatus.ERROR}


class MessageLeftError(Exception):
    """The message can't be taken back any more: it has left, is leaving, or never will."""


@value_type
class ScheduleQuery:
    """An account's scheduled messages, newest first, behind the one of the id `after`, `skipped` of them passed over.

    `domain_id`, `identity_id` and `status` keep those of one; `test` those of test tokens.
    """

    size: int
    skipped: int = 0
    after: str | None = None
    domain_id: str | None = None
    identity_id: str | None = None
    status: ScheduleStatus | None = None
    test: bool = False

    def fits(self, message: Message) -> bool:
        """Whether a message is among those that are asked for; one that was taken back never is."""
        return (
            message.status is not MessageStatus.CANCELLED
            and self.domain_id in (None, message.domain_id)
            and self.identity_id in (None, message.identity_id)
            and self.status in (None, status_of(message))
            and (message.test or not self.test)
        )


class ScheduledMessages(Protocol):
    """Where messages wait for their moment."""

    def head(self, account_id: str, message_id: str) -> Message | None:
        """The message as it was lately, or None."""

    def change(self, before: Message, after: Message) -> Message:
        """Store what became of it; raises `MessageChangedError`."""

    def scheduled(self, account_id: str, query: ScheduleQuery) -> Sequence[Message]:
        """At most `size` messages, without large contents."""


def status_of(message: Message) -> ScheduleStatus:
    """What has become of it: what is on its way hasn't been sent yet."""
    return _STATUSES.get(message.status, ScheduleStatus.SCHEDULED)


def found(store: ScheduledMessages, token: ApiToken, message_id: str) -> Message:
    """The scheduled message of that id, if the token reaches it; raises `MessageNotFoundError`."""
    message = store.head(token.account_id, message_id)
    if (
        message is None
        or message.draft.send_at is None
        or message.status is MessageStatus.CANCELLED
        or token.domain_id not in (None, message.domain_id)
        or token.identity_id not in (None, message.identity_id)
        or (token.test_mode and not message.test)
    ):
        raise MessageNotFoundError
    return message


def take_back(store: ScheduledMessages, token: ApiToken, message_id: str) -> None:
    """Cancel a message that hasn't left: either it is cancelled or it leaves, never both.

    Raises `MessageNotFoundError`, `MessageLeftError`, or `UnavailableError` when it changes faster than it can be read.
    """
    for _ in range(_LOOKS):
        message = found(store, token, message_id)
        if not message.is_pending:
            raise MessageLeftError
        try:
            store.change(message, replace(message, status=MessageStatus.CANCELLED, due_at=None))
        except MessageChangedError:
            continue
        return
    raise UnavailableError(retry_after=1)
