"""Test recipients over HTTP, and what an account may do so far."""

from __future__ import annotations

from aws_lambda_powertools import Logger

from letterhead.adapters.mail_addresses import MailAddresses
from letterhead.adapters.tables.access_log import AccessLogTable
from letterhead.adapters.tables.claims import ClaimTable
from letterhead.adapters.tables.confirmations import ConfirmationTable
from letterhead.adapters.tables.domains import DomainTable
from letterhead.adapters.tables.idempotency import IdempotencyTable
from letterhead.adapters.tables.limits import open_leases
from letterhead.adapters.tables.sandbox import SandboxTable
from letterhead.adapters.tables.tokens import TokenTable
from letterhead.http.api import Api
from letterhead.http.gate import Gate
from letterhead.http.once import Once
from letterhead.http.sandbox_calls import SandboxCalls
from letterhead.identities.limits import MailLimits
from letterhead.settings import Settings

settings = Settings.from_env()
calls = SandboxCalls(
    store=SandboxTable(settings.sandbox_table),
    domains=DomainTable(settings.domains_table, ClaimTable(settings.claims_table)),
    limits=MailLimits(ConfirmationTable(settings.confirmations_table), settings.confirmations_per_address),
    addresses=MailAddresses(),
    shared_sender=settings.shared_sender,
)
handler = Api(
    "sandbox",
    calls.operations,
    logger=Logger(service="sandbox"),
    metrics=settings.metrics_namespace,
    tokens=TokenTable(settings.tokens_table),
    gate=Gate(open_leases(settings.limits_table), settings.limits),
    once=Once(IdempotencyTable(settings.idempotency_table)),
    access_log=AccessLogTable(settings.access_log_table),
)
