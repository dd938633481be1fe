"""The sweep: who is put onto the queue, in which batches, and what happens when it ends too early."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from letterhead.domains.chunks import CHUNK
from letterhead.domains.domain import Registration
from letterhead.domains.rhythm import slot_of
from letterhead.domains.sweep import BATCH_WEIGHT
from tests.fakes.deployment import Deployment, DiedError
from tests.fakes.domain_world import MINE, THEIRS
from tests.fakes.failing import Breakage
from tests.fakes.mail_provider import SAYS_YES
from tests.fakes.sending_domains import NOW

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def deployment() -> Deployment:
    made = Deployment()
    made.world.provider.says = SAYS_YES
    return made


def with_domains(deployment: Deployment, count: int) -> Deployment:
    """All verified and well."""
    for number in range(count):
        deployment.world.verified(f"d{number}.com", MINE)
    deployment.world.store.events.clear()
    return deployment


def queued(deployment: Deployment) -> Counter[str]:
    """How often each domain is on the queue, by name."""
    return Counter(
        watched.domain.name
        for _, request in deployment.queue.waiting
        for stretch in request.stretches
        for watched in deployment.world.store.within(stretch)
    )


def test_the_first_sweep_takes_everyone_and_the_next_nobody(deployment):
    with_domains(deployment, 130)
    swept = deployment.sweep()

    assert (swept.well, swept.due, swept.complete) == (130, 0, True)
    assert set(queued(deployment).values()) == {1}
    assert len(queued(deployment)) == 130
    deployment.queue.waiting.clear()
    assert deployment.sweep().well == 0


def test_whoever_is_well_is_looked_at_once_in_an_interval_at_its_own_time(deployment):
    with_domains(deployment, 40)
    deployment.sweep()
    deployment.queue.waiting.clear()
    met: Counter[str] = Counter()
    for minute in range(15, 24 * 60 + 1, 15):
        deployment.now = NOW + minute * MINUTE
        deployment.sweep()
        met += queued(deployment)
        deployment.queue.waiting.clear()

    assert set(met.values()) == {4}
    assert len(met) == 40


def test_batches_are_small_and_the_provider_is_asked_about_a_hundred_at_once(deployment):
    with_domains(deployment, 230)
    deployment.sweep()

    sizes = [len(request.said) for _, request in deployment.queue.waiting]
    assert max(sizes) <= BATCH_WEIGHT
    assert sizes == [100, 100, 30]
    assert deployment.statuses.asked == [CHUNK, CHUNK, 30]


def test_contested_names_come_in_smaller_batches_and_the_provider_is_not_asked_about_them(deployment):
    for number in range(12):
        deployment.world.verified(f"d{number}.com", THEIRS)
        deployment.world.register(f"d{number}.com", MINE)
    deployment.now = NOW + 2 * MINUTE
    swept = deployment.sweep()

    assert (swept.due, swept.well) == (12, 12)
    contested = [request for _, request in deployment.queue.waiting if not request.said]
    assert len(contested) == 2
    assert deployment.statuses.asked == [12]


def test_a_registration_that_is_not_complete_is_asked_for_alone(deployment):
    domain = deployment.world.register("mail.acme.com")
    claimed = deployment.world.kept(domain)
    assert claimed.registration is Registration.COMPLETE
    deployment.now = NOW + 2 * MINUTE
    deployment.sweep()
    assert [set(request.said) for _, request in deployment.queue.waiting] == [{domain.domain_id}]


def test_a_provider_that_does_not_know_a_name_any_more_is_asked_for_it_alone(deployment):
    with_domains(deployment, 2)
    del deployment.world.provider.identities["d0.com"]
    deployment.world.provider.identities["d1.com"].mail_from = "elsewhere.d1.com"
    deployment.sweep()

    assert [request.said for _, request in deployment.queue.waiting] == [{}]


def test_a_provider_that_throttles_is_left_alone_for_the_rest_of_the_sweep(deployment):
    with_domains(deployment, 230)
    deployment.statuses.busy = True
    swept = deployment.sweep()

    assert (swept.unasked, swept.complete) == (230, True)
    assert all(set(request.said.values()) == {None} for _, request in deployment.queue.waiting)


def test_what_waits_already_is_not_queued_again_and_what_is_lost_is(deployment):
    for number in range(30):
        deployment.world.register(f"d{number}.com")
    deployment.now = NOW + 2 * MINUTE
    assert deployment.sweep().due == 30
    deployment.now = NOW + 17 * MINUTE
    assert deployment.sweep().due == 0
    deployment.queue.waiting.clear()
    deployment.now = NOW + 32 * MINUTE
    assert deployment.sweep().due == 30


def test_two_sweeps_at_once_are_one(deployment):
    with_domains(deployment, 3)
    deployment.ledger.begin()
    swept = deployment.sweep()

    assert swept.busy
    assert deployment.queue.waiting == []


def test_a_sweep_whose_time_is_up_is_gone_on_with(deployment):
    with_domains(deployment, 350)
    left = iter([True, True, False])
    deployment.time_is_left = lambda: next(left)
    first = deployment.sweep()
    assert (first.well, first.complete) == (200, False)

    deployment.time_is_left = lambda: True
    assert deployment.sweep().complete
    counts = queued(deployment)
    assert len(counts) == 350
    in_one_slot = max(Counter(slot_of(one.domain_id) for one in deployment.world.store.all()).values())
    assert sum(count - 1 for count in counts.values()) <= 2 * in_one_slot


@pytest.mark.parametrize("performed", [False, True])
@pytest.mark.parametrize("at", range(8))
def test_a_sweep_that_dies_loses_nobody_and_repeats_no_more_than_a_chunk(deployment, at, performed):
    with_domains(deployment, 230)
    breakage = Breakage(at, DiedError(), performed)
    whole = deployment.ledger, deployment.queue
    deployment.ledger, deployment.queue = (breakage.breaking(each) for each in whole)
    try:
        deployment.sweep()
    except DiedError:
        assert breakage.happened
    deployment.ledger, deployment.queue = whole
    deployment.ledger.end()
    deployment.now += 15 * MINUTE
    deployment.sweep()

    counts = queued(deployment)
    assert len(counts) == 230
    assert sum(count - 1 for count in counts.values()) <= 2 * CHUNK


def test_after_a_pause_of_hours_each_domain_is_queued_once(deployment):
    with_domains(deployment, 60)
    deployment.sweep()
    deployment.queue.waiting.clear()
    deployment.now = NOW + 3 * DAY
    swept = deployment.sweep()

    assert (swept.well, set(queued(deployment).values())) == (60, {1})


def test_a_clock_that_goes_back_begins_a_whole_interval_anew(deployment):
    with_domains(deployment, 20)
    deployment.now = NOW + 2 * DAY
    deployment.sweep()
    deployment.queue.waiting.clear()
    deployment.now = NOW + 2 * DAY - timedelta(seconds=20)
    assert deployment.sweep().well == 0
    deployment.now = NOW + DAY
    assert deployment.sweep().well == 20
