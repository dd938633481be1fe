"""What a domain's DNS must have, in every form, and the history of its checks. Reads only."""

from __future__ import annotations

from aws_lambda_powertools import Logger

from letterhead.adapters.domain_names import DomainNames
from letterhead.adapters.tables.access_log import AccessLogTable
from letterhead.adapters.tables.checks import CheckTable
from letterhead.adapters.tables.claims import ClaimTable
from letterhead.adapters.tables.domains import DomainTable
from letterhead.adapters.tables.limits import open_leases
from letterhead.adapters.tables.tokens import TokenTable
from letterhead.http.api import Api
from letterhead.http.domain_record_calls import DomainRecordCalls
from letterhead.http.gate import Gate
from letterhead.settings import Settings

settings = Settings.from_env()
calls = DomainRecordCalls(
    store=DomainTable(settings.domains_table, ClaimTable(settings.claims_table)),
    history=CheckTable(settings.checks_table),
    names=DomainNames(),
    own_host=settings.own_host,
)
handler = Api(
    "domain_records",
    calls.operations,
    logger=Logger(service="domain_records"),
    metrics=settings.metrics_namespace,
    tokens=TokenTable(settings.tokens_table),
    gate=Gate(open_leases(settings.limits_table), settings.limits),
    access_log=AccessLogTable(settings.access_log_table),
)
