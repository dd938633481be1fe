"""An account's settings of confirmation mails: show, change, preview. Alone, for it asks hosts that accounts name."""

from __future__ import annotations

from aws_lambda_powertools import Logger

from letterhead.adapters.dns_lookup import DnsLookup
from letterhead.adapters.mail_addresses import MailAddresses
from letterhead.adapters.mail_html import MailHtml
from letterhead.adapters.outbound_http.on_demand import HttpOnDemand
from letterhead.adapters.tables.access_log import AccessLogTable
from letterhead.adapters.tables.accounts import AccountTable
from letterhead.adapters.tables.claims import ClaimTable
from letterhead.adapters.tables.domains import DomainTable
from letterhead.adapters.tables.idempotency import IdempotencyTable
from letterhead.adapters.tables.identity_settings import IdentitySettingsTable
from letterhead.adapters.tables.limits import open_leases
from letterhead.adapters.tables.tokens import TokenTable
from letterhead.dialects.mailersend.identity_settings import SettingsRules
from letterhead.http.api import Api
from letterhead.http.gate import Gate
from letterhead.http.identity_settings_calls import IdentitySettingsCalls
from letterhead.http.once import Once
from letterhead.identities.link_host import LinkHostCheck
from letterhead.settings import Settings

settings = Settings.from_env()
lookup = DnsLookup(**settings.dns)
http = HttpOnDemand(lookup, *settings.outbound)
calls = IdentitySettingsCalls(
    store=IdentitySettingsTable(settings.identity_settings_table),
    domains=DomainTable(settings.domains_table, ClaimTable(settings.claims_table)),
    accounts=AccountTable(settings.accounts_table),
    rules=SettingsRules(MailAddresses(), MailHtml()),
    link_hosts=LinkHostCheck(lookup, http, deployment=settings.deployment, port=settings.link_port),
    own_host=settings.own_host,
)
handler = Api(
    "identity_settings",
    calls.operations,
    logger=Logger(service="identity_settings"),
    metrics=settings.metrics_namespace,
    tokens=TokenTable(settings.tokens_table),
    gate=Gate(open_leases(settings.limits_table), settings.limits),
    once=Once(IdempotencyTable(settings.idempotency_table)),
    access_log=AccessLogTable(settings.access_log_table),
)
