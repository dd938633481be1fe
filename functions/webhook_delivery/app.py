"""From the queue of attempts to the endpoints: the only function whose work is to reach hosts that customers name."""

from __future__ import annotations

import secrets

from aws_lambda_powertools import Logger

from letterhead.adapters.data_keys import DataKeys
from letterhead.adapters.dns_lookup import DnsLookup
from letterhead.adapters.outbound_http.guarded_http import GuardedHttp
from letterhead.adapters.outbound_http.idle_connections import IdleConnections
from letterhead.adapters.sodium import Ed25519, SealedBox
from letterhead.adapters.tables.delivery_loading import LoadingDeliveryTable
from letterhead.adapters.webhook_queues import JobQueue, WebhookEventQueue, read_job
from letterhead.dialects.webhook_payloads import render
from letterhead.http.api import utc_now
from letterhead.http.job_batch import JobBatch
from letterhead.http.metrics import Metrics
from letterhead.settings import Settings
from letterhead.webhooks.circuit import Streaks
from letterhead.webhooks.delivering import Delivering
from letterhead.webhooks.sending import Sending

settings, logger = Settings.from_env(), Logger(service="webhook_delivery")
http = GuardedHttp.within(DnsLookup(**settings.dns), *settings.outbound, idle=IdleConnections())
delivering = Delivering(
    LoadingDeliveryTable(
        *settings.delivery_tables,
        endpoints_table=settings.endpoints_table,
        outbox_table=settings.outbox_table,
        activity_table=settings.activity_table,
    ),
    Sending(http, SealedBox(DataKeys(settings.webhook_key)), Ed25519(), render, utc_now),
    JobQueue(settings.webhook_job_queue_url),
    WebhookEventQueue(settings.webhook_event_queue_url),
    Streaks(),
    secrets.SystemRandom().random,
    longest_delay=settings.longest_queue_delay,
)
metrics = Metrics(logger, settings.metrics_namespace)
handler = JobBatch(delivering, read_job, logger, emulated=settings.emulated, metrics=metrics)
