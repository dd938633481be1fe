"""API tokens over HTTP: create, list, show, rename, pause, rotate, delete."""

from __future__ import annotations

from aws_lambda_powertools import Logger

from letterhead.adapters.tables.access_log import AccessLogTable
from letterhead.adapters.tables.account_tokens import AccountTokenTable
from letterhead.adapters.tables.accounts import AccountTable
from letterhead.adapters.tables.claims import ClaimTable
from letterhead.adapters.tables.domains import DomainTable
from letterhead.adapters.tables.idempotency import IdempotencyTable
from letterhead.adapters.tables.identities import IdentityTable
from letterhead.adapters.tables.limits import open_leases
from letterhead.adapters.tables.tokens import TokenTable
from letterhead.http.api import Api
from letterhead.http.gate import Gate
from letterhead.http.once import Once
from letterhead.http.token_calls import TokenCalls
from letterhead.settings import Settings

settings = Settings.from_env()
gate = Gate(open_leases(settings.limits_table), settings.limits)
domains = DomainTable(settings.domains_table, ClaimTable(settings.claims_table))
identities = IdentityTable(settings.identities_table)
# A token is made only while its account is active, which the store looks up.
accounts = AccountTable(settings.accounts_table)
store = AccountTokenTable(settings.account_tokens_table, settings.tokens_table)

handler = Api(
    "tokens",
    TokenCalls(store, domains, identities, gate).operations,
    logger=Logger(service="tokens"),
    metrics=settings.metrics_namespace,
    tokens=TokenTable(settings.tokens_table),
    gate=gate,
    once=Once(IdempotencyTable(settings.idempotency_table)),
    access_log=AccessLogTable(settings.access_log_table),
)
