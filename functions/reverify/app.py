"""From the queue of looks: checks the domains or identities of one batch. What can't be finished comes again by itself."""

from __future__ import annotations

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from letterhead import identifiers
from letterhead.adapters.completion_queue import CompletionQueue
from letterhead.adapters.dns_lookup import DnsLookup
from letterhead.adapters.dns_lookup.challenge_prover import ChallengeProver
from letterhead.adapters.look_queue import DomainLookQueue, from_message
from letterhead.adapters.ses_addresses import SesAddresses
from letterhead.adapters.ses_identities import SesIdentities
from letterhead.adapters.tables.checks import CheckTable
from letterhead.adapters.tables.claims import ClaimTable
from letterhead.adapters.tables.domain_watch import DomainWatchTable
from letterhead.adapters.tables.domains import DomainTable
from letterhead.adapters.tables.identities import IdentityTable
from letterhead.adapters.tables.identity_watch import IdentityWatchTable
from letterhead.adapters.tables.outbox import OutboxTable
from letterhead.adapters.tables.sweeps import SesTurns
from letterhead.domains.ports import Dns, Surroundings
from letterhead.domains.reverification import Reverification
from letterhead.domains.rhythm import Rhythm
from letterhead.domains.watch import LookRequest
from letterhead.http.look_worker import LookWorker
from letterhead.http.metrics import CheckTally, Metrics
from letterhead.identities.forecast import Forecaster
from letterhead.identities.looks import IdentityLooks
from letterhead.identities.watch import IdentityLookRequest
from letterhead.settings import Settings

settings, logger = Settings.from_env(), Logger(service="reverify")
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
# A batch has a minute and more for these; whom SES can't be asked about now is looked at without its word.
turns = SesTurns(settings.sweeps_table, settings.ses_calls_per_second, patience=2.0)
outbox, lookup = OutboxTable(settings.outbox_table), DnsLookup(**settings.dns)
domains = DomainTable(settings.domains_table, ClaimTable(settings.claims_table), outbox)
identities = IdentityTable(settings.identities_table, outbox)
provider = SesIdentities(settings.configuration_set, settings.ses_identities_arn, turns.in_turn)
addresses, new_id = SesAddresses(turn=turns.in_turn), identifiers.new_id
completions, rhythm = CompletionQueue(settings.completion_queue_url), Rhythm(**settings.rhythm)
outside = Surroundings(domains, provider, completions, rhythm)
dns, queue = Dns(lookup, ChallengeProver(**settings.dns)), DomainLookQueue(settings.look_queue_url)
watch, history = DomainWatchTable(settings.domains_table), CheckTable(settings.checks_table)
metrics = Metrics(logger, settings.metrics_namespace)
tally = CheckTally(metrics)
reverification = Reverification(watch, queue, outside, dns, history, new_id, tally.note)
of_identities, forecaster = IdentityWatchTable(settings.identities_table), Forecaster(lookup)
identity_looks = IdentityLooks(of_identities, identities, domains, forecaster, addresses, new_id)
acts = {LookRequest: reverification.look, IdentityLookRequest: identity_looks.look}
worker = LookWorker(acts, logger, metrics, emulated=settings.emulated, after=tally.write)


def handler(event: dict[str, object], context: object) -> object:
    """Take what the queue hands over; the answer names what has to come again."""
    return process_partial_response(
        event, lambda record: worker.look(*from_message(record.body)), processor, context
    )
