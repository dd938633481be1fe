"""Webhooks over HTTP: endpoints, their secrets, their deliveries."""

from __future__ import annotations

import secrets

from aws_lambda_powertools import Logger

from letterhead import identifiers
from letterhead.adapters.data_keys import DataKeys
from letterhead.adapters.dns_lookup import DnsLookup
from letterhead.adapters.outbound_http.on_demand import HttpOnDemand
from letterhead.adapters.sodium import Ed25519, SealedBox
from letterhead.adapters.tables.access_log import AccessLogTable
from letterhead.adapters.tables.claims import ClaimTable
from letterhead.adapters.tables.deliveries import DeliveryTable
from letterhead.adapters.tables.domains import DomainTable
from letterhead.adapters.tables.endpoints import EndpointTable
from letterhead.adapters.tables.idempotency import IdempotencyTable
from letterhead.adapters.tables.identities import IdentityTable
from letterhead.adapters.tables.limits import open_leases
from letterhead.adapters.tables.outbox import OutboxTable
from letterhead.adapters.tables.tokens import TokenTable
from letterhead.adapters.webhook_queues import JobQueue, WebhookEventQueue
from letterhead.http.api import Api
from letterhead.http.gate import Gate
from letterhead.http.once import Once
from letterhead.http.webhook_calls import WebhookCalls
from letterhead.settings import Settings
from letterhead.webhooks.managing import Managing
from letterhead.webhooks.pinging import Ping

settings = Settings.from_env()
http = HttpOnDemand(DnsLookup(**settings.dns), *settings.outbound)
endpoints, box = EndpointTable(settings.endpoints_table), SealedBox(DataKeys(settings.webhook_key))
calls = WebhookCalls(
    managing=Managing(endpoints, box, Ed25519(), secrets.token_bytes, identifiers.new_id, Ping(http)),
    deliveries=DeliveryTable(*settings.delivery_tables),
    jobs=JobQueue(settings.webhook_job_queue_url),
    replays=WebhookEventQueue(settings.webhook_event_queue_url),
    outbox=OutboxTable(settings.outbox_table),
    domains=DomainTable(settings.domains_table, ClaimTable(settings.claims_table)),
    identities=IdentityTable(settings.identities_table),
    http=http,
)
handler = Api(
    "webhooks",
    calls.operations,
    logger=Logger(service="webhooks"),
    metrics=settings.metrics_namespace,
    tokens=TokenTable(settings.tokens_table),
    gate=Gate(open_leases(settings.limits_table), settings.limits),
    once=Once(IdempotencyTable(settings.idempotency_table)),
    access_log=AccessLogTable(settings.access_log_table),
)
