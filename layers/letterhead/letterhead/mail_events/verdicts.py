"""What an event means: which activity it is, and what it does to its recipients.

The table of bounces follows the SES developer guide ("Contents of event data", bounce types) and what Letterhead makes of it
(DESIGN section 7): only General and NoEmail say that a mailbox is dead. An unknown subtype of Permanent doesn't suppress.
"""

from __future__ import annotations

from enum import StrEnum

from letterhead.activity.activity import ActivityType
from letterhead.mail_events.event import EventName, MailEvent
from letterhead.values import value_type


class Effect(StrEnum):
    """What an event does beside being recorded.

    `suppress_bounce`, `suppress_complaint`, `unsubscribe`: its recipients go onto that list. `repair_bounce`,
    `repair_complaint`: they do if no list has them, for SES has them on one of its own. `soft_bounce`: counts towards a hold.
    `not_spam`: takes back a complaint. `begin`: a mail has left; an account's own makes its recipients known from now on.
    """

    SUPPRESS_BOUNCE = "suppress_bounce"
    SUPPRESS_COMPLAINT = "suppress_complaint"
    UNSUBSCRIBE = "unsubscribe"
    REPAIR_BOUNCE = "repair_bounce"
    REPAIR_COMPLAINT = "repair_complaint"
    SOFT_BOUNCE = "soft_bounce"
    NOT_SPAM = "not_spam"
    BEGIN = "begin"


@value_type
class Verdict:
    """`activity` is None for what is no activity of a message. `unique` is the activity that the first such event of a message
    is too. `bounce` weighs in the bounce rate. `known` is false for what SES hasn't documented: it is counted apart."""

    activity: ActivityType | None
    effect: Effect | None = None
    unique: ActivityType | None = None
    bounce: bool = False
    known: bool = True


_HARD = Verdict(ActivityType.HARD_BOUNCED, Effect.SUPPRESS_BOUNCE, bounce=True)
_ECHO = Verdict(ActivityType.SUPPRESSED, Effect.REPAIR_BOUNCE)
_REFUSED_BY_POLICY = Verdict(ActivityType.SUPPRESSED)
_PERMANENT = {
    "General": _HARD,
    "NoEmail": _HARD,
    # SES's own list of addresses that bounced for anybody, for up to 14 days; SES counts it as a bounce of the sender's.
    "Suppressed": Verdict(ActivityType.SUPPRESSED, bounce=True),
    "OnAccountSuppressionList": _ECHO,
    "OnTenantSuppressionList": _ECHO,
    "EmailValidationSuppressed": _REFUSED_BY_POLICY,
    "UnsubscribedRecipient": _REFUSED_BY_POLICY,
}
_SOFT = Verdict(ActivityType.SOFT_BOUNCED, Effect.SOFT_BOUNCE)
_TRANSIENT = frozenset(
    {
        "General",  # out-of-office answers too
        "MailboxFull",
        "MessageTooLarge",
        "CustomTimeoutExceeded",
        "ContentRejected",
        "AttachmentRejected",
    }
)
_COMPLAINT_ECHOES = frozenset({"OnAccountSuppressionList", "OnTenantSuppressionList"})
_FEEDBACK = frozenset({"", "abuse", "auth-failure", "fraud", "other", "virus"})
_COMPLAINED = Verdict(ActivityType.SPAM_COMPLAINT, Effect.SUPPRESS_COMPLAINT)
_OTHERS = {
    EventName.SEND: Verdict(ActivityType.SENT, Effect.BEGIN),
    EventName.DELIVERY: Verdict(ActivityType.DELIVERED),
    EventName.DELIVERY_DELAY: Verdict(ActivityType.DEFERRED),
    EventName.REJECT: Verdict(ActivityType.FAILED),
    EventName.RENDERING_FAILURE: Verdict(ActivityType.FAILED),
    EventName.OPEN: Verdict(ActivityType.OPENED, unique=ActivityType.OPENED_UNIQUE),
    EventName.CLICK: Verdict(ActivityType.CLICKED, unique=ActivityType.CLICKED_UNIQUE),
}
_UNKNOWN = Verdict(None, known=False)


def verdict_on(event: MailEvent) -> Verdict:
    """The verdict on an event, whatever it says."""
    if event.name == EventName.BOUNCE:
        return _on_bounce(event)
    if event.name == EventName.COMPLAINT:
        return _on_complaint(event)
    if event.name == EventName.SUBSCRIPTION:
        # Single topics of a contact list are SES's own; leaving all of them is leaving the sender.
        return Verdict(ActivityType.UNSUBSCRIBED, Effect.UNSUBSCRIBE) if event.opts_out else Verdict(None)
    return _OTHERS.get(event.name, _UNKNOWN)  # type: ignore[call-overload, no-any-return]


def _on_bounce(event: MailEvent) -> Verdict:
    if event.kind == "Permanent":
        return _PERMANENT.get(event.sub_kind, Verdict(ActivityType.HARD_BOUNCED, bounce=True, known=False))
    if event.kind == "Transient":
        known = event.sub_kind in _TRANSIENT
        return _SOFT if known else Verdict(ActivityType.SOFT_BOUNCED, Effect.SOFT_BOUNCE, known=False)
    return Verdict(ActivityType.SOFT_BOUNCED, known=event.kind == "Undetermined")


def _on_complaint(event: MailEvent) -> Verdict:
    if event.reason == "not-spam":
        return Verdict(None, Effect.NOT_SPAM)
    if event.sub_kind in _COMPLAINT_ECHOES:
        return Verdict(ActivityType.SUPPRESSED, Effect.REPAIR_COMPLAINT)
    if event.sub_kind or event.reason not in _FEEDBACK:
        return Verdict(ActivityType.SPAM_COMPLAINT, Effect.SUPPRESS_COMPLAINT, known=False)
    return _COMPLAINED
