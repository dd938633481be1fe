"""Every five minutes: holds that have ended are removed, and whoever listens is told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger

from letterhead import identifiers
from letterhead.adapters.tables.outbox import OutboxTable
from letterhead.adapters.tables.suppressions import SuppressionTable
from letterhead.http.event_time import moment
from letterhead.settings import Settings
from letterhead.suppressions.ending import end_all

settings = Settings.from_env()
logger = Logger(service="end_holds")
suppressions = SuppressionTable(settings.suppressions_table, OutboxTable(settings.outbox_table))


def handler(event: dict[str, Any], _context: Any) -> dict[str, int]:
    """End what is due; what breaks off is done by the next run."""
    now = moment(event, datetime.now(UTC), emulated=settings.emulated)
    ended = end_all(suppressions, identifiers.new_id, now)
    logger.info("holds ended", extra={"ended": ended})
    return {"ended": ended}
