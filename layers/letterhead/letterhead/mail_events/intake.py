"""Taking in one mail event: exactly once, in whatever order events come and however often."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from letterhead.activity.activity import (
    KEPT_REASON,
    KEPT_SENDER,
    KEPT_SUBJECT,
    Activity,
    ActivityType,
    activity_id_of,
    shortened,
)
from letterhead.mail_events.attribution import MESSAGE, Attribution, attribute
from letterhead.mail_events.event import EventName, EventRecipient, MailEvent
from letterhead.mail_events.strays import StrayEvents, StrayReason, stray
from letterhead.mail_events.verdicts import Effect, Verdict, verdict_on
from letterhead.unavailable import UnavailableError
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from letterhead.activity.log import ActivityLog
    from letterhead.mail_events.suppressing import Suppressing

_NOBODY = EventRecipient("")


class Taking(StrEnum):
    """What became of an event: recorded, known already, without consequence for any activity, or kept for the operator."""

    RECORDED = "recorded"
    REPEATED = "repeated"
    TAKEN_BACK = "taken_back"
    STRAY = "stray"


@value_type
class Taken:
    """`known` is false for what SES hasn't documented, be it the event or its kind."""

    became: Taking
    known: bool = True


class OutOfTimeError(UnavailableError):
    """There is no time for the rest of an event's recipients; it has to come again."""


class ReputationWatch(Protocol):
    """Who looks at a domain's rates."""

    def look(self, account_id: str, domain_id: str, now: datetime) -> None:
        """See whether the domain may go on sending. Raises `UnavailableError`."""


@value_type
class Intake:
    """The act, with what it needs.

    For each recipient the activity is recorded first, then come its consequences, which may be repeated, and at last it is
    counted, which settles it. So whatever breaks off is done again when the queue brings the event back, and what is settled
    is left alone.
    """

    log: ActivityLog
    suppressing: Suppressing
    strays: StrayEvents
    watch: ReputationWatch

    def take(self, event: MailEvent, now: datetime, may_go_on: Callable[[], bool] = lambda: True) -> Taken:
        """Take in an event. Raises `UnavailableError` when it has to come again.

        It is asked before each recipient whether there is time; those who are settled then cost less the next time.
        """
        verdict, owner = verdict_on(event), attribute(event.mail)
        if owner is None or event.occurred_at is None:
            dated = event.occurred_at is not None and event.mail.sent_at is not None
            return self._keep(event, StrayReason.UNATTRIBUTED if dated else StrayReason.UNDATED, verdict, now)
        if verdict.effect is Effect.NOT_SPAM:
            for recipient in event.recipients:
                self.suppressing.take_back(
                    owner.account_id, owner.domain_id, recipient.address, event.occurred_at, now
                )
            return Taken(Taking.TAKEN_BACK)
        if verdict.activity is None:
            reason = StrayReason.TOPICS_CHANGED if verdict.known else StrayReason.UNKNOWN_EVENT
            return self._keep(event, reason, verdict, now)
        fresh = []
        for recipient in event.recipients or (_NOBODY,):
            if not may_go_on():
                raise OutOfTimeError
            fresh.append(self._take_one(event, owner, verdict, verdict.activity, recipient, now))
        if _weighs_in_rates(verdict):
            # Once for all recipients, and of a repetition too: the first time may have broken off before.
            self.watch.look(owner.account_id, owner.domain_id, now)
        return Taken(Taking.RECORDED if any(fresh) else Taking.REPEATED, verdict.known)

    def _keep(self, event: MailEvent, reason: StrayReason, verdict: Verdict, now: datetime) -> Taken:
        self.strays.keep(stray(event, reason, now))
        return Taken(Taking.STRAY, verdict.known)

    def _take_one(
        self,
        event: MailEvent,
        owner: Attribution,
        verdict: Verdict,
        type_: ActivityType,
        recipient: EventRecipient,
        now: datetime,
    ) -> bool:
        activity = _activity(event, owner, verdict, type_, recipient)
        if verdict.unique is not None:
            self._record_first(activity, verdict.unique, event, now)
        recording = self.log.record(activity, now)
        if not recording.settled:
            if verdict.effect is Effect.BEGIN:
                self._begin(activity, owner, now)
            elif verdict.effect is not None and recipient.address:
                self.suppressing.apply(verdict.effect, activity, recipient, event.fact, now)
            self.log.settle(activity, recording)
        return not recording.settled

    def _begin(self, activity: Activity, owner: Attribution, now: datetime) -> None:
        # Whom Letterhead itself wrote to, a confirmation say, is none of the account's recipients.
        if activity.recipient and owner.kind == MESSAGE:
            self.suppressing.recipients.note_mailed(
                activity.account_id, activity.domain_id, [activity.recipient], now
            )

    def _record_first(
        self, activity: Activity, unique: ActivityType, event: MailEvent, now: datetime
    ) -> None:
        """Record the first of such activities of a message and recipient; the others are the same one again."""
        placed_at = event.mail.sent_at or activity.occurred_at
        fact = f"{event.name} {activity.recipient or ''}"
        first = replace(
            activity,
            activity_id=activity_id_of(activity.message_id, placed_at, unique, fact),
            type=unique,
            placed_at=placed_at,
        )
        recording = self.log.record(first, now)
        if not recording.settled:
            self.log.settle(first, recording)


def _weighs_in_rates(verdict: Verdict) -> bool:
    return verdict.bounce or verdict.activity is ActivityType.SPAM_COMPLAINT


def _activity(
    event: MailEvent, owner: Attribution, verdict: Verdict, type_: ActivityType, recipient: EventRecipient
) -> Activity:
    occurred_at = event.occurred_at or event.mail.sent_at
    if occurred_at is None:
        raise ValueError("an event without an instant has no activity")
    fact = f"{event.fact} {recipient.address}"
    return Activity(
        activity_id=activity_id_of(owner.message_id, occurred_at, type_, fact),
        account_id=owner.account_id,
        domain_id=owner.domain_id,
        identity_id=owner.identity_id,
        message_id=owner.message_id,
        recipient=recipient.address or None,
        type=type_,
        occurred_at=occurred_at,
        placed_at=occurred_at,
        subject=shortened(event.mail.subject, KEPT_SUBJECT),
        from_address=shortened(event.mail.from_address, KEPT_SENDER),
        detail=_detail(event, owner, recipient),
        test=event.mail.tags.get("test") == "1",
        bounce=verdict.bounce,
    )


def _detail(event: MailEvent, owner: Attribution, recipient: EventRecipient) -> dict[str, str]:
    """What else is worth keeping, in few words: an activity is to stay within one write unit."""
    found = {
        "kind": "" if owner.kind == MESSAGE else owner.kind[:40],
        "bounce_type": event.kind[:20],
        "reason": shortened(event.sub_kind or event.reason, KEPT_REASON),
        "readable_reason": shortened(recipient.diagnostic or event.detail.get("response", ""), KEPT_REASON),
        "status": recipient.status[:20],
    }
    if event.name in (EventName.OPEN, EventName.CLICK):
        found |= {name: event.detail.get(name, "") for name in ("ip", "user_agent", "url", "bot")}
    return {name: text for name, text in found.items() if text}
