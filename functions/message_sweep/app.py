"""Each minute: messages whose moment has come are queued."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger

from letterhead.adapters.message_contents import MessageContents
from letterhead.adapters.tables.messages import MessageTable
from letterhead.http.event_time import moment
from letterhead.messages.sweep import queue_due
from letterhead.settings import Settings

MOST = 5_000  # at 200 a second; what isn't reached stays due

settings = Settings.from_env()
logger = Logger(service="message_sweep")
store = MessageTable(
    settings.messages_table,
    MessageContents(settings.contents_bucket),
    timedelta(days=settings.activity_days),
)


def handler(event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Queue what is due now."""
    now = moment(event, datetime.now(UTC), emulated=settings.emulated)
    queued = queue_due(store, now, MOST)
    logger.info("swept", extra={"queued": queued})
    return {"queued": queued}
