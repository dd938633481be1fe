"""Stored templates over HTTP: create, list, show, change, delete."""

from __future__ import annotations

from aws_lambda_powertools import Logger

from letterhead.adapters.mail_templates import MailTemplates
from letterhead.adapters.tables.access_log import AccessLogTable
from letterhead.adapters.tables.claims import ClaimTable
from letterhead.adapters.tables.domains import DomainTable
from letterhead.adapters.tables.idempotency import IdempotencyTable
from letterhead.adapters.tables.limits import open_leases
from letterhead.adapters.tables.templates import TemplateTable
from letterhead.adapters.tables.tokens import TokenTable
from letterhead.http.api import Api
from letterhead.http.gate import Gate
from letterhead.http.once import Once
from letterhead.http.template_calls import TemplateCalls
from letterhead.settings import Settings

settings = Settings.from_env()
calls = TemplateCalls(
    TemplateTable(settings.templates_table),
    DomainTable(settings.domains_table, ClaimTable(settings.claims_table)),
    MailTemplates(),
)
handler = Api(
    "templates",
    calls.operations,
    logger=Logger(service="templates"),
    metrics=settings.metrics_namespace,
    tokens=TokenTable(settings.tokens_table),
    gate=Gate(open_leases(settings.limits_table), settings.limits),
    once=Once(IdempotencyTable(settings.idempotency_table)),
    access_log=AccessLogTable(settings.access_log_table),
)
