"""Scheduled messages over HTTP: list, show, cancel."""

from __future__ import annotations

from aws_lambda_powertools import Logger

from letterhead.adapters.message_contents import MessageContents
from letterhead.adapters.tables.access_log import AccessLogTable
from letterhead.adapters.tables.claims import ClaimTable
from letterhead.adapters.tables.domains import DomainTable
from letterhead.adapters.tables.idempotency import IdempotencyTable
from letterhead.adapters.tables.limits import open_leases
from letterhead.adapters.tables.messages import MessageTable
from letterhead.adapters.tables.tokens import TokenTable
from letterhead.http.api import Api
from letterhead.http.gate import Gate
from letterhead.http.once import Once
from letterhead.http.schedule_calls import ScheduleCalls
from letterhead.settings import Settings

settings = Settings.from_env()
calls = ScheduleCalls(
    MessageTable(settings.messages_table, MessageContents(settings.contents_bucket), settings.activity_kept),
    DomainTable(settings.domains_table, ClaimTable(settings.claims_table)),
)
handler = Api(
    "schedules",
    calls.operations,
    logger=Logger(service="schedules"),
    metrics=settings.metrics_namespace,
    tokens=TokenTable(settings.tokens_table),
    gate=Gate(open_leases(settings.limits_table), settings.limits),
    once=Once(IdempotencyTable(settings.idempotency_table)),
    access_log=AccessLogTable(settings.access_log_table),
)
