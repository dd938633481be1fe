"""Sender identities over HTTP: create, list, show, change, delete, ask once more."""

from __future__ import annotations

from aws_lambda_powertools import Logger

from letterhead.adapters.dns_lookup import DnsLookup
from letterhead.adapters.free_mail.providers import FreeMail
from letterhead.adapters.mail_addresses import MailAddresses
from letterhead.adapters.ses_addresses import SesAddresses
from letterhead.adapters.tables.access_log import AccessLogTable
from letterhead.adapters.tables.account_tokens import AccountTokenTable
from letterhead.adapters.tables.claims import ClaimTable
from letterhead.adapters.tables.confirmations import ConfirmationTable
from letterhead.adapters.tables.domains import DomainTable
from letterhead.adapters.tables.idempotency import IdempotencyTable
from letterhead.adapters.tables.identities import IdentityTable
from letterhead.adapters.tables.limits import open_leases
from letterhead.adapters.tables.outbox import OutboxTable
from letterhead.adapters.tables.restricted_endpoints import RestrictedEndpointTable
from letterhead.adapters.tables.tokens import TokenTable
from letterhead.dialects.mailersend.identities import IdentityRules
from letterhead.http.api import Api
from letterhead.http.gate import Gate
from letterhead.http.identity_calls import IdentityCalls
from letterhead.http.once import Once
from letterhead.identities.forecast import Forecaster
from letterhead.identities.limits import MailLimits
from letterhead.settings import Settings

settings = Settings.from_env()
asked = {"authoritative_port": settings.dns_authority_port, "allow_loopback": settings.emulated}
domains = DomainTable(settings.domains_table, ClaimTable(settings.claims_table))
calls = IdentityCalls(
    store=IdentityTable(settings.identities_table, OutboxTable(settings.outbox_table)),
    domains=domains,
    tokens=AccountTokenTable(settings.account_tokens_table, settings.tokens_table),
    endpoints=RestrictedEndpointTable(settings.endpoints_table),
    rules=IdentityRules(MailAddresses(), FreeMail()),
    limits=MailLimits(ConfirmationTable(settings.confirmations_table), settings.confirmations_per_address),
    forecaster=Forecaster(DnsLookup(settings.dns_resolvers, **asked)),
    provider=SesAddresses(),
)
handler = Api(
    "identities",
    calls.operations,
    logger=Logger(service="identities"),
    metrics=settings.metrics_namespace,
    tokens=TokenTable(settings.tokens_table),
    gate=Gate(open_leases(settings.limits_table), settings.limits),
    once=Once(IdempotencyTable(settings.idempotency_table)),
    access_log=AccessLogTable(settings.access_log_table),
)
