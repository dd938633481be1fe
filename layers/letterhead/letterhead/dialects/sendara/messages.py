"""Sendara's messages: requests into concepts, concepts into answers (contracts B.3)."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.activity.activity import ActivityType
from letterhead.dialects.page_sizes import clamped_size
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.reply import Reply
from letterhead.dialects.times import in_seconds
from letterhead.messages.message import MessageStatus
from letterhead.messages.reading import standing
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from letterhead.activity.activity import Activity
    from letterhead.messages.reading import MessageFacts

PREFIX = "msg"
DEFAULT_SIZE, LARGEST_SIZE = 50, 100
# Sendara's words, which its webhooks use too (contracts B.5).
WORDS = {
    ActivityType.QUEUED: "queued",
    ActivityType.SENT: "sent",
    ActivityType.DEFERRED: "sent",
    ActivityType.DELIVERED: "delivered",
    ActivityType.OPENED: "opened",
    ActivityType.HARD_BOUNCED: "bounced",
    ActivityType.SOFT_BOUNCED: "bounced",
    ActivityType.SPAM_COMPLAINT: "complained",
    ActivityType.FAILED: "failed",
    ActivityType.SUPPRESSED: "failed",
}
# What hasn't left has a word of ours where Sendara documents none.
_BEFORE = {MessageStatus.SCHEDULED: "scheduled", MessageStatus.CANCELLED: "cancelled"}
STATUSES = ("queued", "sent", "delivered", "bounced", "complained", "failed", *_BEFORE.values())
_CHANNEL = "email"


@value_type
class ListRequest:
    """What `GET /v1/messages` asks for. `nothing` says that no message can fit."""

    size: int
    after: str | None
    status: str | None
    search: str
    since: datetime | None
    until: datetime | None
    nothing: bool

    def fits(self, message: MessageFacts, status: str) -> bool:
        """Whether a message of that status is asked for; a search looks at its subject and addresses."""
        texts = (message.subject, message.from_address, *message.recipients, *message.dropped)
        return self.status in (None, status) and (
            not self.search or any(self.search in text.casefold() for text in texts)
        )


def read_list(query: Mapping[str, str]) -> ListRequest:
    """The messages that are asked for; raises `InvalidFieldsError`. A limit beyond the largest is clamped."""
    wrong: dict[str, tuple[str, ...]] = {}
    size = clamped_size(query, wrong, default=DEFAULT_SIZE, most=LARGEST_SIZE)
    status = query.get("status") or None
    if status not in (None, *STATUSES):
        wrong["status"] = (f"status must be one of {', '.join(STATUSES)}.",)
    after = _cursor(query.get("cursor", ""), wrong)
    since, until = _moment(query, "from", wrong), _moment(query, "to", wrong)
    if wrong:
        raise InvalidFieldsError(wrong)
    return ListRequest(
        size=size,
        after=after,
        status=status,
        search=query.get("search", "").casefold(),
        since=since,
        until=until,
        nothing=(query.get("channel") or _CHANNEL) != _CHANNEL,
    )


def read_id(text: str) -> str | None:
    """The id in `msg_…`, or None."""
    return identifiers.from_prefixed(PREFIX, text)


def status_word(message: MessageFacts, activities: Sequence[Activity]) -> str:
    """A message's status."""
    word = standing(message.status, (activity.type for activity in activities))
    return _BEFORE[word] if isinstance(word, MessageStatus) else WORDS[word]


def listed(found: Sequence[tuple[MessageFacts, str]], following: str | None) -> Reply:
    """The answer to a list; `following` is the id behind which the next page begins."""
    return Reply(
        200,
        {
            "messages": [_message_object(message, status) for message, status in found],
            "next_cursor": None if following is None else _write_cursor(following),
        },
    )


def shown(message: MessageFacts, activities: Sequence[Activity]) -> Reply:
    """The answer to a read: the message with its events, in the order of their happening."""
    return Reply(
        200,
        {
            **_message_object(message, status_word(message, activities)),
            "from_email": message.from_address,
            "destination": {"email": message.recipients[0] if message.recipients else None},
            "subject": message.subject,
            "events": [
                {
                    "id": activity.activity_id,
                    "event_type": WORDS.get(activity.type, activity.type.value),
                    "recipient": activity.recipient,
                    "payload": dict(activity.detail),
                    "created_at": in_seconds(activity.occurred_at),
                }
                for activity in activities
            ],
        },
    )


def _message_object(message: MessageFacts, status: str) -> dict[str, object]:
    return {
        "id": identifiers.to_prefixed(PREFIX, message.message_id),
        "channel": _CHANNEL,
        "status": status,
        "message_type": message.message_type,
        "created_at": in_seconds(message.created_at),
    }


def _write_cursor(message_id: str) -> str:
    return base64.urlsafe_b64encode(message_id.encode()).decode().rstrip("=")


def _cursor(text: str, wrong: dict[str, tuple[str, ...]]) -> str | None:
    if not text:
        return None
    try:
        found = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        found = ""
    if not identifiers.is_id(found):
        wrong["cursor"] = ("cursor isn't one that a list gave.",)
        return None
    return found


def _moment(query: Mapping[str, str], name: str, wrong: dict[str, tuple[str, ...]]) -> datetime | None:
    """A day or an instant in RFC 3339; the end of a time includes its day, or its second."""
    text = query.get(name, "")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        if name == "to":
            moment += timedelta(days=1) if len(text) == len("2026-06-14") else timedelta(seconds=1)
    except (ValueError, OverflowError):
        wrong[name] = (f"{name} must be a date or a time in RFC 3339.",)
        return None
    if not 1970 <= moment.year < 9000:
        wrong[name] = (f"{name} must be a date or a time in RFC 3339.",)
        return None
    return moment
