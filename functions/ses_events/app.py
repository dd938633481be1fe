"""From SES by SNS and a queue: what became of every mail, into activity, counts, suppressions and the domains' reputation.

That a message was accepted comes by the same queue, from the messages table's stream.
"""

from __future__ import annotations

from aws_lambda_powertools import Logger

from letterhead import identifiers
from letterhead.adapters.published_events.reading import read_event
from letterhead.adapters.tables.activity import ActivityTable
from letterhead.adapters.tables.counts import CountTable
from letterhead.adapters.tables.domain_reputation import DomainReputationTable
from letterhead.adapters.tables.mailed_recipients import RecipientTable
from letterhead.adapters.tables.message_lists import MessageLists
from letterhead.adapters.tables.outbox import OutboxTable
from letterhead.adapters.tables.stray_events import StrayEventTable
from letterhead.adapters.tables.suppressions import SuppressionTable
from letterhead.http.mail_event_batch import MailEventBatch
from letterhead.http.metrics import Metrics
from letterhead.mail_events.intake import Intake
from letterhead.mail_events.suppressing import Suppressing
from letterhead.messages.history import AcceptanceNotes
from letterhead.reputation.rates import ReputationLimits
from letterhead.reputation.watch import Watch
from letterhead.settings import Settings

settings = Settings.from_env()
logger = Logger(service="ses_events")
metrics = Metrics(logger, settings.metrics_namespace)
outbox = OutboxTable(settings.outbox_table)
counts = CountTable(settings.counts_table)
retention = settings.activity_kept
log = ActivityTable(settings.activity_table, counts, retention)
acceptances = AcceptanceNotes(log, MessageLists(settings.messages_table))
intake = Intake(
    log=log,
    suppressing=Suppressing(
        SuppressionTable(settings.suppressions_table, outbox),
        RecipientTable(settings.recipients_table, retention),
        identifiers.new_id,
    ),
    strays=StrayEventTable(settings.stray_events_table),
    watch=Watch(
        counts,
        DomainReputationTable(settings.domains_table, outbox),
        ReputationLimits.in_percent(*settings.reputation_limits),
        identifiers.new_id,
    ),
)


def count_unknown(number: int) -> None:
    """Count what SES hasn't documented, as a metric."""
    metrics.count("UnknownMailEvents", "service", {logger.service: number})


handler = MailEventBatch(read_event, intake, acceptances, logger, count_unknown)
