"""On a schedule: puts the domains and identities that are due onto the queue of looks, with what SES says of them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from aws_lambda_powertools import Logger

from letterhead.adapters.look_queue import DomainLookQueue
from letterhead.adapters.ses_statuses import SesStatuses
from letterhead.adapters.tables.domain_watch import DomainWatchTable
from letterhead.adapters.tables.identity_watch import IdentityWatchTable
from letterhead.adapters.tables.sweeps import SesTurns, SweepTable
from letterhead.domains.rhythm import Rhythm
from letterhead.domains.sweep import Sweep
from letterhead.http.api import utc_now
from letterhead.http.event_time import moment
from letterhead.http.metrics import Metrics
from letterhead.identities.sweep import IdentitySweep
from letterhead.settings import Settings

settings = Settings.from_env()
logger = Logger(service="reverify_sweep")
metrics = Metrics(logger, settings.metrics_namespace)
# A chunk waits for a few calls to SES; what isn't begun by then is left to the next sweep.
ENDING = timedelta(seconds=90)
LONGEST = timedelta(minutes=15)
statuses = SesStatuses(SesTurns(settings.sweeps_table, settings.ses_calls_per_second))
queue = DomainLookQueue(settings.look_queue_url)
parts = {
    "watch": DomainWatchTable(settings.domains_table),
    "provider": statuses,
    "queue": queue,
    "ledger": SweepTable(settings.sweeps_table, LONGEST),
    "rhythm": Rhythm(**settings.rhythm),
}
of_identities = {
    "watch": IdentityWatchTable(settings.identities_table),
    "provider": statuses,
    "queue": queue,
    "ledger": SweepTable(settings.sweeps_table, LONGEST, of="identities"),
}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Queue what is due now; answers how much that was, of domains and of identities."""
    clock = utc_now()
    now = moment(event, clock, emulated=settings.emulated)
    ends_at = clock + timedelta(milliseconds=context.get_remaining_time_in_millis()) - ENDING
    limits: dict[str, Any] = {
        "time_is_left": lambda: utc_now() < ends_at,
        "time": now if settings.emulated and "time" in event else None,
    }
    swept = asdict(Sweep(**parts, **limits).run(now))
    swept["identities"] = asdict(IdentitySweep(**of_identities, **limits).run(now))
    logger.info("swept", extra=swept)
    metrics.passed_over(domain=swept["unreadable"], identity=swept["identities"]["unreadable"])
    return swept
