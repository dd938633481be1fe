"""Sending over HTTP, in three dialects; and what would become of a mail."""

from aws_lambda_powertools import Logger

from letterhead.adapters.dns_lookup import DnsLookup
from letterhead.adapters.mail_addresses import MailAddresses
from letterhead.adapters.mail_templates import MailTemplates
from letterhead.adapters.message_contents import MessageContents
from letterhead.adapters.outbound_http.on_demand import HttpOnDemand
from letterhead.adapters.tables.access_log import AccessLogTable
from letterhead.adapters.tables.accounts import AccountTable
from letterhead.adapters.tables.bulks import BulkTable
from letterhead.adapters.tables.claims import ClaimTable
from letterhead.adapters.tables.counts import CountTable
from letterhead.adapters.tables.domains import DomainTable
from letterhead.adapters.tables.idempotency import IdempotencyTable
from letterhead.adapters.tables.identities import IdentityTable
from letterhead.adapters.tables.limits import open_leases
from letterhead.adapters.tables.messages import MessageTable
from letterhead.adapters.tables.sandbox import SandboxTable
from letterhead.adapters.tables.suppressions import SuppressionTable
from letterhead.adapters.tables.templates import TemplateTable
from letterhead.adapters.tables.tokens import TokenTable
from letterhead.adapters.uploaded_files import UploadedFiles
from letterhead.http.api import Api
from letterhead.http.drafting import Drafting
from letterhead.http.email_calls import EmailCalls, Keepers
from letterhead.http.gate import Gate
from letterhead.http.once import Once
from letterhead.http.sending_limits import DailySends, WarmUpSends
from letterhead.sandbox.own_people import OwnPeople
from letterhead.settings import Settings

settings = Settings.from_env()
leases, http = open_leases(settings.limits_table), HttpOnDemand(DnsLookup(**settings.dns), *settings.outbound)
addresses, domains = MailAddresses(), DomainTable(settings.domains_table, ClaimTable(settings.claims_table))
drafting = Drafting(addresses, TemplateTable(settings.templates_table), MailTemplates())
once, kept = Once(IdempotencyTable(settings.idempotency_table)), settings.activity_kept
keepers = Keepers(
    domains=domains,
    identities=IdentityTable(settings.identities_table),
    lists=SuppressionTable(settings.suppressions_table),
    people=OwnPeople(AccountTable(settings.accounts_table), SandboxTable(settings.sandbox_table), addresses),
    daily=DailySends(leases, settings.limits),
    warm_ups=WarmUpSends(leases, settings.warm_up, CountTable(settings.counts_table), domains),
    operators_own=settings.operators_own,
    addresses=addresses,
    uploads=UploadedFiles(settings.contents_bucket),
)
messages = MessageTable(settings.messages_table, MessageContents(settings.contents_bucket), kept)
handler = Api(
    "email",
    EmailCalls(messages, BulkTable(settings.bulks_table, kept), keepers, drafting, http, once).operations,
    logger=Logger(service="email"),
    metrics=settings.metrics_namespace,
    tokens=TokenTable(settings.tokens_table),
    gate=Gate(leases, settings.limits),
    once=once,
    access_log=AccessLogTable(settings.access_log_table),
)
