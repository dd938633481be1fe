"""Every minute: which of the deliveries that wait longer than a queue can are due now."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools import Logger

from letterhead.adapters.tables.deliveries import DeliveryTable
from letterhead.adapters.webhook_queues import JobQueue
from letterhead.http.api import utc_now
from letterhead.http.event_time import moment
from letterhead.settings import Settings
from letterhead.webhooks.sweeping import Sweep

settings = Settings.from_env()
logger = Logger(service="webhook_retries")
sweep = Sweep(DeliveryTable(*settings.delivery_tables), JobQueue(settings.webhook_job_queue_url))


def handler(event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Look once; the answer says how many wait, how many were looked at, how many attempts were queued."""
    clock = utc_now()
    now = moment(event, clock, emulated=settings.emulated)
    swept = asdict(sweep.run(now, None if now is clock else now))
    logger.info("swept", extra=swept)
    return swept
