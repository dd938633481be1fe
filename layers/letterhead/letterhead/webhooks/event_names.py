"""What each service calls the kinds of events (contracts A.6, B.5, C.3); what it has no name for keeps ours."""

from __future__ import annotations

from letterhead.activity.activity import ActivityType
from letterhead.outbox.event import EventType
from letterhead.tokens.dialect import Dialect

TEST = EventType.WEBHOOK_TEST.value
ACTIVITY = "activity."
OURS = tuple(f"{ACTIVITY}{each}" for each in ActivityType) + tuple(
    each.value for each in EventType if each is not EventType.WEBHOOK_TEST
)

# Sendara has one word for a bounce; what it means by it are the final ones.
_RENAMED: dict[Dialect, dict[str, str]] = {
    Dialect.MAILERSEND: {},
    Dialect.SENDARA: {
        "activity.queued": "queued",
        "activity.sent": "sent",
        "activity.delivered": "delivered",
        "activity.opened": "opened",
        "activity.hard_bounced": "bounced",
        "activity.spam_complaint": "complained",
        "activity.failed": "failed",
    },
    Dialect.SENDMAILOS: {
        "activity.sent": "email.sent",
        "activity.delivered": "email.delivered",
        "activity.opened": "email.opened",
        "activity.clicked": "email.clicked",
        "activity.hard_bounced": "email.bounced",
        "activity.spam_complaint": "email.complained",
    },
}
# Documented by the service, of things that don't exist here: taken in a subscription, and never sent.
_NEVER_SENT: dict[Dialect, tuple[str, ...]] = {
    Dialect.MAILERSEND: (
        "activity.survey_opened",
        "activity.survey_submitted",
        "maintenance.start",
        "maintenance.end",
        "inbound_forward.failed",
        "inbound_message.rejected",
        "email_single.verified",
        "email_list.verified",
        "bulk_email.completed",
        "domain.reputation_changed",
        "account.reputation_changed",
    ),
    Dialect.SENDARA: ("email.received",),
    Dialect.SENDMAILOS: (
        "subscriber.created",
        "subscriber.updated",
        "subscriber.unsubscribed",
        "campaign.sent",
        "workflow.started",
        "workflow.completed",
    ),
}


def wire_name(dialect: Dialect, event_type: str) -> str:
    """What the dialect calls a kind of event."""
    return _RENAMED[dialect].get(event_type, event_type)


def known_names(dialect: Dialect) -> frozenset[str]:
    """What an endpoint of the dialect may ask for."""
    return _KNOWN[dialect]


_KNOWN = {
    dialect: frozenset({wire_name(dialect, each) for each in OURS} | set(_NEVER_SENT[dialect]))
    for dialect in Dialect
}
