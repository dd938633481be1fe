"""From the queue of events to a delivery for each endpoint that wants one; also judges failing endpoints, and replays."""

from __future__ import annotations

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from letterhead import identifiers
from letterhead.adapters.tables.deliveries import DeliveryTable
from letterhead.adapters.tables.endpoints import EndpointTable
from letterhead.adapters.tables.outbox import OutboxTable
from letterhead.adapters.webhook_queues import JobQueue, WebhookEventQueue, read_event_message
from letterhead.http.webhook_desk import WebhookDesk
from letterhead.settings import Settings
from letterhead.webhooks.fan_out import FanOut
from letterhead.webhooks.judging import Judging
from letterhead.webhooks.replaying import Replaying

settings = Settings.from_env()
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
endpoints = EndpointTable(settings.endpoints_table, OutboxTable(settings.outbox_table))
deliveries = DeliveryTable(*settings.delivery_tables)
jobs = JobQueue(settings.webhook_job_queue_url)
desk = WebhookDesk(
    FanOut(endpoints, deliveries, jobs),
    Judging(endpoints, deliveries, identifiers.new_id),
    Replaying(deliveries, jobs),
    WebhookEventQueue(settings.webhook_event_queue_url),
    Logger(service="webhook_fanout"),
    emulated=settings.emulated,
)


def handler(event: dict[str, object], context: object) -> object:
    """Take one batch; the answer names the messages that have to come again."""
    return process_partial_response(
        event, lambda record: desk.take(read_event_message(record.body)), processor, context
    )
