"""What an event does to a recipient: onto a list, on hold, or off again. All of it may be repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from letterhead.activity.recipients import HOLD, SOFT_BOUNCES, Recipients
from letterhead.mail_events.verdicts import Effect
from letterhead.suppressions.suppression import (
    LONGEST_DIAGNOSTIC,
    USUAL_REASONS,
    EntryKey,
    Kept,
    Provenance,
    Suppression,
    SuppressionList,
)
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from letterhead.activity.activity import Activity
    from letterhead.mail_events.event import EventRecipient
    from letterhead.suppressions.blocking import Block

ADDED_BY = "ses"


class Suppressions(Protocol):
    """Where suppressions are kept. Every call raises `UnavailableError` when it has to."""

    def record(self, wanted: Suppression, now: datetime) -> Kept:
        """Add one entry; a repetition, known by its provenance's `cause`, completes what was begun."""

    def remove(
        self, account_id: str, keys: Sequence[EntryKey], new_event_id: Callable[[], str], now: datetime
    ) -> int:
        """Remove entries, each together with its event; how many there were."""

    def blocking(
        self, account_id: str, domain_id: str | None, addresses: Sequence[str], now: datetime
    ) -> Mapping[str, tuple[Block, ...]]:
        """What blocks each of these addresses."""


_LISTS = {
    Effect.SUPPRESS_BOUNCE: SuppressionList.HARD_BOUNCES,
    Effect.REPAIR_BOUNCE: SuppressionList.HARD_BOUNCES,
    Effect.SUPPRESS_COMPLAINT: SuppressionList.SPAM_COMPLAINTS,
    Effect.REPAIR_COMPLAINT: SuppressionList.SPAM_COMPLAINTS,
    Effect.UNSUBSCRIBE: SuppressionList.UNSUBSCRIBES,
}


@value_type
class Suppressing:
    """The acts, with what they need. `new_id` makes an id at an instant."""

    suppressions: Suppressions
    recipients: Recipients
    new_id: Callable[[datetime], str]

    def apply(
        self, effect: Effect, activity: Activity, recipient: EventRecipient, cause: str, now: datetime
    ) -> None:
        """Do to a recipient what an event means for them."""
        if effect is Effect.SOFT_BOUNCE:
            self._count_soft_bounce(activity, recipient, cause, now)
            return
        if effect in (Effect.REPAIR_BOUNCE, Effect.REPAIR_COMPLAINT) and self.suppressions.blocking(
            activity.account_id, activity.domain_id, [recipient.address], now
        ):
            return
        self._add(_LISTS[effect], activity, recipient, cause, now)
        if effect is Effect.SUPPRESS_COMPLAINT:
            self._unless_taken_back(activity, recipient.address, now)

    def take_back(
        self, account_id: str, domain_id: str, address: str, occurred_at: datetime, now: datetime
    ) -> bool:
        """Lift the complaint of a recipient who says that it's no spam, unless they have complained again since."""
        known = self.recipients.note_not_spam(account_id, domain_id, address, occurred_at)
        return known.is_no_spam and self._lift(account_id, domain_id, address, now)

    def _unless_taken_back(self, activity: Activity, address: str, now: datetime) -> None:
        # Both times are noted by writes to one item, this one behind the entry and that one before its removal: whichever
        # comes first, the other one sees it.
        known = self.recipients.note_complaint(
            activity.account_id, activity.domain_id, address, activity.occurred_at
        )
        if known.is_no_spam:
            self._lift(activity.account_id, activity.domain_id, address, now)

    def _count_soft_bounce(
        self, activity: Activity, recipient: EventRecipient, cause: str, now: datetime
    ) -> None:
        known = self.recipients.note_soft_bounce(
            activity.account_id,
            activity.domain_id,
            recipient.address,
            activity.activity_id,
            activity.occurred_at,
        )
        if known.soft_bounces_in_window >= SOFT_BOUNCES:
            self._add(SuppressionList.ON_HOLD, activity, recipient, cause, now, known.soft_bounces_in_window)

    def _add(
        self,
        which: SuppressionList,
        activity: Activity,
        recipient: EventRecipient,
        cause: str,
        now: datetime,
        soft_bounces: int | None = None,
    ) -> None:
        provenance = Provenance(
            added_by=ADDED_BY,
            reason=USUAL_REASONS[which],
            cause=cause,
            diagnostic=recipient.diagnostic[:LONGEST_DIAGNOSTIC] or None,
            status_code=recipient.status or None,
            message_id=activity.message_id,
            occurred_at=activity.occurred_at,
            soft_bounces=soft_bounces,
        )
        self.suppressions.record(
            Suppression(
                suppression_id=self.new_id(now),
                account_id=activity.account_id,
                key=EntryKey(which, activity.domain_id, recipient.address),
                created_at=now,
                provenance=provenance,
                expires_at=now + HOLD if which is SuppressionList.ON_HOLD else None,
            ),
            now,
        )

    def _lift(self, account_id: str, domain_id: str, address: str, now: datetime) -> bool:
        key = EntryKey(SuppressionList.SPAM_COMPLAINTS, domain_id, address)
        return self.suppressions.remove(account_id, [key], lambda: self.new_id(now), now) > 0
