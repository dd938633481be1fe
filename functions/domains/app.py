"""Sending domains over HTTP: register, list, show, verify, delete, settings."""

from aws_lambda_powertools import Logger

from letterhead.adapters.completion_queue import CompletionQueue
from letterhead.adapters.dns_lookup import DnsLookup
from letterhead.adapters.dns_lookup.challenge_prover import ChallengeProver
from letterhead.adapters.domain_names import DomainNames
from letterhead.adapters.look_queue import DomainLookQueue
from letterhead.adapters.ses_identities import SesIdentities
from letterhead.adapters.tables.access_log import AccessLogTable
from letterhead.adapters.tables.account_tokens import AccountTokenTable
from letterhead.adapters.tables.checks import CheckTable
from letterhead.adapters.tables.claims import ClaimTable
from letterhead.adapters.tables.domains import DomainTable
from letterhead.adapters.tables.idempotency import IdempotencyTable
from letterhead.adapters.tables.identities import IdentityTable
from letterhead.adapters.tables.limits import open_leases
from letterhead.adapters.tables.outbox import OutboxTable
from letterhead.adapters.tables.restricted_endpoints import RestrictedEndpointTable
from letterhead.adapters.tables.sweeps import SesTurns
from letterhead.adapters.tables.tokens import TokenTable
from letterhead.domains.ports import Belongings, Dns, Surroundings
from letterhead.domains.registration import Deployment
from letterhead.domains.rhythm import Rhythm
from letterhead.http.api import Api
from letterhead.http.domain_calls import DomainCalls
from letterhead.http.gate import Gate
from letterhead.http.metrics import Metrics
from letterhead.http.once import Once
from letterhead.settings import Settings

settings, logger = Settings.from_env(), Logger(service="domains")
completions, outbox = CompletionQueue(settings.completion_queue_url), OutboxTable(settings.outbox_table)
store = DomainTable(settings.domains_table, ClaimTable(settings.claims_table), outbox)
turns = SesTurns(settings.sweeps_table, settings.ses_calls_per_second)
ses = SesIdentities(settings.configuration_set, settings.ses_identities_arn, turns.first)
tokens = AccountTokenTable(settings.account_tokens_table, settings.tokens_table)
endpoints = RestrictedEndpointTable(settings.endpoints_table)
calls = DomainCalls(
    domains=store,
    outside=Surroundings(store, ses, completions, Rhythm(**settings.rhythm)),
    looks=DomainLookQueue(settings.look_queue_url),
    dns=Dns(DnsLookup(**settings.dns), ChallengeProver(**settings.dns)),
    history=CheckTable(settings.checks_table),
    belongings=Belongings(tokens, IdentityTable(settings.identities_table), endpoints),
    deployment=Deployment(settings.region, settings.operator_hosts, settings.dmarc_report_address),
    names=DomainNames(),
    metrics=Metrics(logger, settings.metrics_namespace),
)
handler = Api(
    "domains",
    calls.operations,
    logger=logger,
    metrics=settings.metrics_namespace,
    tokens=TokenTable(settings.tokens_table),
    gate=Gate(open_leases(settings.limits_table), settings.limits),
    once=Once(IdempotencyTable(settings.idempotency_table)),
    access_log=AccessLogTable(settings.access_log_table),
)
