"""Ten thousand deliveries over fifty endpoints, five of them dead: how long the live ones take beside a world without dead ones.

Letterhead's own acts on a simulated clock (`tests/fakes/webhook_traffic.py`), then three days until the dead are given up, and
the replay of all that they missed. `make bench-webhooks`, or `python -m tests.bench.webhook_traffic`.
"""

from __future__ import annotations

import sys
from datetime import timedelta

from letterhead.outbox.event import EventType
from letterhead.webhooks.delivery import DeliveryStatus
from tests.fakes.webhook_traffic import BEGIN, HANG_SECONDS, Traffic

ENDPOINTS, DEAD, EVENTS = 50, 5, 200
MOST_REQUESTS, RETRIES = 30, 9
MINUTE = timedelta(minutes=1)


def days_of_failing(traffic: Traffic) -> None:
    """Five days of sweeps: every minute of the first hour, then every five. The last retry waits for a day."""
    while traffic.now < BEGIN + timedelta(days=5):
        traffic.sweep()
        traffic.run(traffic.now + (MINUTE if traffic.now < BEGIN + timedelta(hours=1) else 5 * MINUTE))


def last_of_the_live(dead: int) -> tuple[Traffic, float]:
    """Seconds until the last live endpoint has everything; no endpoint is live that isn't in the world without dead ones."""
    traffic = Traffic(ENDPOINTS, dead)
    traffic.happen(EVENTS)
    traffic.run(BEGIN + 10 * MINUTE)
    return traffic, max(traffic.finished.values())


def main() -> int:
    """Print what happened; 1 when a bound is broken."""
    _, alone = last_of_the_live(0)
    traffic, beside = last_of_the_live(DEAD)
    live = EVENTS * (ENDPOINTS - DEAD)
    delivered = traffic.count(DeliveryStatus.DELIVERED)
    opened = sum(traffic.store.circuit(each) is not None for each in traffic.dead)
    dead = list(traffic.dead)
    requests = sum(traffic.store.kept[key].count for key in traffic.store.kept if key[0] in traffic.dead)
    days_of_failing(traffic)
    disabled = [each for each in traffic.endpoints.events if each.type is EventType.WEBHOOK_DISABLED]
    failed = traffic.count(DeliveryStatus.FAILED)
    writes = traffic.store.writes.total()
    traffic.replay_failed()
    traffic.run(traffic.now + 10 * MINUTE)
    in_the_end = traffic.count(DeliveryStatus.DELIVERED)
    bound = alone + 1.5 * HANG_SECONDS
    most_requests, most_writes = MOST_REQUESTS * DEAD, 2 * live + (2 + RETRIES) * EVENTS * DEAD
    rows = [
        ("live deliveries taken", delivered, live, delivered == live),
        (f"the last of them after, s (alone {alone:.1f})", beside, bound, beside <= bound),
        ("circuits open", opened, DEAD, opened == DEAD),
        ("requests to the dead in ten minutes", requests, most_requests, requests <= most_requests),
        ("disabled after days", len(disabled), DEAD, {e.data["webhook_id"] for e in disabled} == set(dead)),
        ("their deliveries kept", failed, EVENTS * DEAD, failed == EVENTS * DEAD),
        ("taken after replay", in_the_end, EVENTS * ENDPOINTS, in_the_end == EVENTS * ENDPOINTS),
        ("write units in all", writes, most_writes, writes <= most_writes),
    ]
    print(f"{'case':<48}{'figure':>10}{'bound':>10}")
    for case, figure, limit, holds in rows:
        print(f"{case:<48}{figure:>10g}{limit:>10g}{'' if holds else '  broken'}")
    return int(not all(holds for *_, holds in rows))


if __name__ == "__main__":
    sys.exit(main())
