"""What a message's own history says of it, and what is put there when it will never leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from letterhead.activity.activity import Activity, ActivityType, activity_id_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from letterhead.activity.log import ActivityLog
    from letterhead.messages.message import Message


class MessageActivities(Protocol):
    """Where activities are read."""

    def of_message(self, account_id: str, message_id: str, now: datetime) -> Sequence[Activity]:
        """All activities of an account's message that are still kept."""


class MessageHistory:
    """Evidence of what has left, and notes of what never will."""

    def __init__(self, log: ActivityLog, activities: MessageActivities) -> None:
        self._log = log
        self._activities = activities

    def has_left(self, account_id: str, message_id: str, now: datetime) -> bool:
        """Whether any event of the provider speaks of the message. Raises `UnavailableError`."""
        found = self._activities.of_message(account_id, message_id, now)
        return any(activity.type is not ActivityType.FAILED for activity in found)

    def failed(self, message: Message, reason: str, now: datetime) -> None:
        """Note for each recipient that the message won't leave; twice is once. Raises `UnavailableError`."""
        for box in message.draft.recipients:
            address = box.address.key
            activity = Activity(
                activity_id=activity_id_of(
                    message.message_id, message.created_at, ActivityType.FAILED, f"failed {address}"
                ),
                account_id=message.account_id,
                domain_id=message.domain_id or message.account_id,
                identity_id=message.identity_id,
                message_id=message.message_id,
                recipient=address,
                type=ActivityType.FAILED,
                occurred_at=now,
                placed_at=message.created_at,
                subject=message.draft.subject[:200],
                from_address=message.from_address,
                tags=message.draft.tags,
                detail={"reason": reason},
                test=message.test,
            )
            recording = self._log.record(activity, now)
            if not recording.settled:
                self._log.settle(activity, recording)
