"""An account's settings over HTTP: show, change."""

from __future__ import annotations

from aws_lambda_powertools import Logger

from letterhead.adapters.tables.access_log import AccessLogTable
from letterhead.adapters.tables.account_tokens import AccountTokenTable
from letterhead.adapters.tables.accounts import AccountTable
from letterhead.adapters.tables.idempotency import IdempotencyTable
from letterhead.adapters.tables.limits import open_leases
from letterhead.adapters.tables.tokens import TokenTable
from letterhead.http.account_settings_calls import AccountSettingsCalls
from letterhead.http.api import Api
from letterhead.http.gate import Gate
from letterhead.http.once import Once
from letterhead.settings import Settings

settings = Settings.from_env()
calls = AccountSettingsCalls(
    AccountTable(settings.accounts_table),
    AccountTokenTable(settings.account_tokens_table, settings.tokens_table),
)
handler = Api(
    "account_settings",
    calls.operations,
    logger=Logger(service="account_settings"),
    metrics=settings.metrics_namespace,
    tokens=TokenTable(settings.tokens_table),
    gate=Gate(open_leases(settings.limits_table), settings.limits),
    once=Once(IdempotencyTable(settings.idempotency_table)),
    access_log=AccessLogTable(settings.access_log_table),
)
