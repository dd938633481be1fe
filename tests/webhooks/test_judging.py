"""When the owner of a failing endpoint is warned, and when the endpoint is given up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead.outbox.event import EventType
from letterhead.webhooks.circuit import opened
from letterhead.webhooks.delivery import Attempt, Cause, Delivery, EventKey, delivery_id
from letterhead.webhooks.judging import Judging, Verdict
from tests.fakes.webhook_traffic import ACCOUNT, BEGIN, Traffic

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = BEGIN + 20 * DAY


class World:
    """One endpoint, made long ago, and what was tried of it."""

    def __init__(self) -> None:
        traffic = Traffic(1, 0)
        (self.endpoint,) = traffic.endpoints.kept.values()
        self.endpoints, self.deliveries = traffic.endpoints, traffic.store

    def tried(self, *attempts: Attempt, happened=NOW) -> None:
        event_id = f"{len(self.deliveries.kept):016d}"
        endpoint_id = self.endpoint.endpoint_id
        self.deliveries.add(
            Delivery(
                endpoint_id,
                delivery_id(endpoint_id, event_id, happened),
                EventKey(ACCOUNT, event_id),
                "domain.verified",
                happened,
                attempts=attempts,
                count=len(attempts),
            )
        )

    def spare(self, since) -> None:
        self.deliveries.open_circuit(opened(self.endpoint.endpoint_id, None, since), before=None)

    def look(self, *, gone=False) -> Verdict:
        judging = Judging(self.endpoints, self.deliveries, lambda _: "0event00event000")
        return judging.look(ACCOUNT, self.endpoint.endpoint_id, gone=gone, now=NOW)


@pytest.fixture
def world() -> World:
    return World()


def failed(ago) -> Attempt:
    return Attempt(NOW - ago, status=500, cause=Cause.STATUS)


def worked(ago) -> Attempt:
    return Attempt(NOW - ago, status=204)


@pytest.mark.parametrize(
    ("attempts", "verdict"),
    [
        ([], Verdict.NOTHING),
        ([failed(3 * DAY)], Verdict.DISABLED),
        ([failed(3 * DAY - HOUR), failed(HOUR)], Verdict.NOTHING),
        ([worked(5 * DAY), failed(3 * DAY)], Verdict.DISABLED),
        ([worked(5 * DAY), failed(4 * DAY), worked(2 * DAY), failed(HOUR)], Verdict.NOTHING),
        ([failed(4 * DAY), worked(HOUR)], Verdict.NOTHING),
        ([failed(HOUR)] * 19, Verdict.NOTHING),
        ([failed(HOUR)] * 20, Verdict.WARNED),
        ([failed(HOUR)] * 10 + [worked(HOUR)] + [failed(HOUR)] * 10, Verdict.WARNED),
        ([worked(2 * DAY)] + [failed(25 * HOUR)] * 20, Verdict.NOTHING),
        ([replace(failed(4 * DAY), cause=Cause.ENDPOINT_DISABLED)], Verdict.NOTHING),
    ],
)
def test_what_was_tried_decides(world, attempts, verdict):
    for attempt in attempts:
        world.tried(attempt)
    assert world.look() is verdict
    told = {Verdict.DISABLED: [EventType.WEBHOOK_DISABLED], Verdict.WARNED: [EventType.WEBHOOK_FAILING]}
    assert [event.type for event in world.endpoints.events] == told.get(verdict, [])
    assert world.endpoints.kept[world.endpoint.endpoint_id].enabled is (verdict is not Verdict.DISABLED)


def test_of_an_endpoint_whose_newest_deliveries_all_wait_the_circuit_knows_since_when(world):
    world.tried()
    world.spare(since=NOW - 3 * DAY + HOUR)
    assert world.look() is Verdict.NOTHING
    world.deliveries.open.clear()
    world.spare(since=NOW - 3 * DAY)
    assert world.look() is Verdict.DISABLED


def test_one_that_was_enabled_again_has_three_days_more_whatever_its_circuit_remembers(world):
    world.spare(since=NOW - 4 * DAY)
    world.endpoints.kept[world.endpoint.endpoint_id] = replace(world.endpoint, updated_at=NOW - HOUR)
    world.tried(failed(2 * HOUR), failed(HOUR / 2))
    assert world.look() is Verdict.NOTHING


def test_one_that_is_gone_is_disabled_at_once_and_once(world):
    assert [world.look(gone=True), world.look(gone=True)] == [Verdict.DISABLED, Verdict.NOTHING]
    (event,) = world.endpoints.events
    assert (event.data["reason"], event.data["url"]) == ("gone", world.endpoint.url)
