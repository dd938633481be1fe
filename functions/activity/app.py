"""What became of messages, over HTTP: activity, messages, recipients and analytics."""

from __future__ import annotations

from aws_lambda_powertools import Logger

from letterhead.adapters.tables.access_log import AccessLogTable
from letterhead.adapters.tables.account_tokens import AccountTokenTable
from letterhead.adapters.tables.activity_lists import ActivityLists
from letterhead.adapters.tables.claims import ClaimTable
from letterhead.adapters.tables.counts import CountTable
from letterhead.adapters.tables.domains import DomainTable
from letterhead.adapters.tables.idempotency import IdempotencyTable
from letterhead.adapters.tables.limits import open_leases
from letterhead.adapters.tables.mailed_recipients import RecipientTable
from letterhead.adapters.tables.message_lists import MessageLists
from letterhead.adapters.tables.tokens import TokenTable
from letterhead.http.activity_calls import ActivityCalls
from letterhead.http.api import Api
from letterhead.http.gate import Gate
from letterhead.http.keyed_sends import SendsByKey
from letterhead.http.once import Once
from letterhead.reputation.rates import ReputationLimits
from letterhead.settings import Settings

settings = Settings.from_env()
kept_answers = IdempotencyTable(settings.idempotency_table)
counts = CountTable(settings.counts_table)
calls = ActivityCalls(
    domains=DomainTable(settings.domains_table, ClaimTable(settings.claims_table)),
    history=ActivityLists(settings.activity_table, counts),
    messages=MessageLists(settings.messages_table),
    keys=SendsByKey(AccountTokenTable(settings.account_tokens_table, settings.tokens_table), kept_answers),
    recipients=RecipientTable(settings.recipients_table, settings.activity_kept),
    counts=counts,
    limits=ReputationLimits.in_percent(*settings.reputation_limits),
)
handler = Api(
    "activity",
    calls.operations,
    logger=Logger(service="activity"),
    metrics=settings.metrics_namespace,
    tokens=TokenTable(settings.tokens_table),
    once=Once(kept_answers),
    gate=Gate(open_leases(settings.limits_table), settings.limits),
    access_log=AccessLogTable(settings.access_log_table),
)
