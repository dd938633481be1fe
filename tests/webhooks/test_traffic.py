"""Many deliveries over endpoints, some of them dead, for simulated days; `tests/bench/webhook_traffic.py` has ten thousand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from letterhead.outbox.event import EventType
from letterhead.webhooks.delivery import DeliveryStatus
from tests.bench.webhook_traffic import days_of_failing
from tests.fakes.webhook_traffic import BEGIN, Traffic

ENDPOINTS, DEAD, EVENTS = 20, 3, 12


@pytest.fixture(scope="module")
def traffic() -> Traffic:
    made = Traffic(ENDPOINTS, DEAD)
    made.happen(EVENTS)
    made.run(BEGIN + timedelta(minutes=1))
    return made


def test_live_endpoints_get_everything_once_and_soon_whatever_the_dead_do(traffic):
    live = [ids for endpoint_id, ids in traffic.received.items() if endpoint_id not in traffic.dead]
    assert [len(ids) for ids in live] == [EVENTS] * (ENDPOINTS - DEAD)
    assert max(traffic.finished.values()) <= 20  # one time-out, and what is left after it
    assert traffic.count(DeliveryStatus.DELIVERED) == EVENTS * (ENDPOINTS - DEAD)


def test_environments_open_a_circuit_together_and_spare_the_endpoint(traffic):
    assert all(traffic.store.circuit(each) is not None for each in traffic.dead)


def test_after_three_days_the_dead_are_given_up_and_everything_can_be_replayed(traffic):
    days_of_failing(traffic)
    told = [(event.type, event.data["webhook_id"]) for event in traffic.endpoints.events]
    assert {(EventType.WEBHOOK_DISABLED, each) for each in traffic.dead} <= set(told)
    assert traffic.count(DeliveryStatus.FAILED) == EVENTS * DEAD
    traffic.replay_failed()
    traffic.run(traffic.now + timedelta(minutes=1))
    assert traffic.count(DeliveryStatus.DELIVERED) == EVENTS * ENDPOINTS
    assert all(len(ids) == EVENTS for ids in traffic.received.values())
