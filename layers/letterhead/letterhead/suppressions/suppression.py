"""One entry of a suppression list."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

LONGEST_DIAGNOSTIC = 400


class SuppressionList(StrEnum):
    """The five lists, the gravest first."""

    SPAM_COMPLAINTS = "spam_complaints"
    HARD_BOUNCES = "hard_bounces"
    UNSUBSCRIBES = "unsubscribes"
    BLOCKLIST = "blocklist"
    ON_HOLD = "on_hold"


class Reason(StrEnum):
    """Why an entry is there; a blocklist's is `manual` where a caller gave no other one."""

    COMPLAINT = "complaint"
    HARD_BOUNCE = "hard_bounce"
    UNSUBSCRIBE = "unsubscribe"
    BLOCKLIST = "blocklist"
    MANUAL = "manual"
    ON_HOLD = "on_hold"


USUAL_REASONS = {
    SuppressionList.SPAM_COMPLAINTS: Reason.COMPLAINT,
    SuppressionList.HARD_BOUNCES: Reason.HARD_BOUNCE,
    SuppressionList.UNSUBSCRIBES: Reason.UNSUBSCRIBE,
    SuppressionList.BLOCKLIST: Reason.BLOCKLIST,
    SuppressionList.ON_HOLD: Reason.ON_HOLD,
}


@value_type
class Provenance:
    """What made an entry.

    `added_by` is `ses`, `link` (the recipient, by an unsubscribe link), `token:<id>` or `import:<job id>`. `cause` is the same
    for every repetition of one event (SES: the feedback id), so that a repetition completes what the first one began.
    `diagnostic`, at most `LONGEST_DIAGNOSTIC` characters, and `status_code` are the receiving server's words (RFC 3464 section
    2.3), `note` the caller's. `occurred_at` is the event's own time; `soft_bounces` how many put the address on hold.
    """

    added_by: str
    reason: Reason
    cause: str | None = None
    diagnostic: str | None = None
    status_code: str | None = None
    message_id: str | None = None
    note: str | None = None
    occurred_at: datetime | None = None
    soft_bounces: int | None = None


@value_type
class EntryKey:
    """What there is one entry of at most: a list, a scope (None: the account) and a folded address or a pattern's text."""

    list: SuppressionList
    domain_id: str | None
    subject: str
    is_pattern: bool = False


@value_type
class Suppression:
    """An entry. `suppression_id` sorts by the moment at which it was made; `expires_at` is for what ends by itself."""

    suppression_id: str
    account_id: str
    key: EntryKey
    created_at: datetime
    provenance: Provenance
    expires_at: datetime | None = None

    @property
    def reference(self) -> str:
        """The entry's name outside: its id and, for one of a domain, the domain's id, so that it is found at once."""
        return f"{self.suppression_id}{self.key.domain_id or ''}"

    def expired(self, now: datetime) -> bool:
        """Whether it has ended."""
        return self.expires_at is not None and self.expires_at <= now


@value_type
class Kept:
    """What stands in a list after an entry was to be added: the new entry, or the one that was there (`added` is False)."""

    suppression: Suppression
    added: bool


def reference_parts(text: str) -> tuple[str, str | None] | None:
    """The entry's id and its domain's in a `reference`, or None for what can't be one."""
    suppression_id, domain_id = text[:16], text[16:]
    if not identifiers.is_id(suppression_id) or (domain_id and not identifiers.is_id(domain_id)):
        return None
    return suppression_id, domain_id or None


def gravest(lists: Iterable[SuppressionList]) -> SuppressionList:
    """The one of these lists that says most about an address."""
    order = list(SuppressionList)
    return min(lists, key=order.index)
