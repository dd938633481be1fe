"""From the queue of looks: checks the domains of one batch together. What can't be finished comes again by itself."""

from __future__ import annotations

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from letterhead import identifiers
from letterhead.adapters.completion_queue import CompletionQueue
from letterhead.adapters.dns_lookup import DnsLookup
from letterhead.adapters.dns_lookup.challenge_prover import ChallengeProver
from letterhead.adapters.look_queue import DomainLookQueue, from_message
from letterhead.adapters.ses_identities import SesIdentities
from letterhead.adapters.tables.checks import CheckTable
from letterhead.adapters.tables.claims import ClaimTable
from letterhead.adapters.tables.domain_watch import DomainWatchTable
from letterhead.adapters.tables.domains import DomainTable
from letterhead.adapters.tables.outbox import OutboxTable
from letterhead.adapters.tables.sweeps import SesTurns
from letterhead.domains.ports import Dns, Surroundings
from letterhead.domains.reverification import Reverification
from letterhead.domains.rhythm import Rhythm
from letterhead.http.look_worker import LookWorker
from letterhead.settings import Settings

settings = Settings.from_env()
logger = Logger(service="reverify")
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
# A batch has a minute and more for these; whom SES can't be asked about now is looked at without its word.
turns = SesTurns(settings.sweeps_table, settings.ses_calls_per_second, patience=2.0)
reverification = Reverification(
    watch=DomainWatchTable(settings.domains_table),
    queue=DomainLookQueue(settings.look_queue_url),
    outside=Surroundings(
        DomainTable(
            settings.domains_table, ClaimTable(settings.claims_table), OutboxTable(settings.outbox_table)
        ),
        SesIdentities(settings.configuration_set, settings.ses_identities_arn, turns.in_turn),
        CompletionQueue(settings.completion_queue_url),
        Rhythm(**settings.rhythm),
    ),
    dns=Dns(DnsLookup(**settings.dns), ChallengeProver(**settings.dns)),
    history=CheckTable(settings.checks_table),
    new_id=identifiers.new_id,
)


worker = LookWorker(reverification, logger, emulated=settings.emulated)


def handler(event: dict[str, object], context: object) -> object:
    """Take what the queue hands over; the answer names what has to come again."""
    return process_partial_response(
        event, lambda record: worker.look(*from_message(record.body)), processor, context
    )
