"""The access log over HTTP: what an account's tokens have called. Reads only."""

from __future__ import annotations

from aws_lambda_powertools import Logger

from letterhead.adapters.tables.access_log import AccessLogTable
from letterhead.adapters.tables.limits import open_leases
from letterhead.adapters.tables.tokens import TokenTable
from letterhead.http.api import Api
from letterhead.http.gate import Gate
from letterhead.http.log_calls import LogCalls
from letterhead.settings import Settings

settings = Settings.from_env()
access_log = AccessLogTable(settings.access_log_table)
handler = Api(
    "logs",
    LogCalls(access_log).operations,
    logger=Logger(service="logs"),
    metrics=settings.metrics_namespace,
    tokens=TokenTable(settings.tokens_table),
    gate=Gate(open_leases(settings.limits_table), settings.limits),
    access_log=access_log,
)
