"""Duplicates, any order, poison, a store that throttles half-way: the end is the same, and every count exact."""

from __future__ import annotations

import json
import random
from collections import Counter
from copy import deepcopy
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from letterhead.adapters.tables.connection import connection
from letterhead.http.mail_event_batch import ENDING
from tests.capacity_meter import metered
from tests.fakes.mail_events import ADDRESS, PUBLISHED, batch_of, event_document, sample
from tests.functions.ses_events.conftest import NOW, World

NAMES = [name for name in PUBLISHED if name != "complaint_not_spam"]


def story(messages: int = 6) -> list[dict]:
    """Several mails' events: each is sent, and then something becomes of it."""
    chance = random.Random(11)
    found = []
    for number in range(messages):
        to, at = [f"person{number}@customer.example"], NOW - timedelta(hours=chance.randrange(72))
        found += [
            event_document(name, to=to, at=at, sent_at=at, serial=f"-{number}")
            for name in ("send", chance.choice(["delivery", "bounce_permanent", "bounce_transient"]))
        ]
    return found


def outcome(world: World) -> tuple:
    activities = sorted((each.activity_id, each.type, each.recipient) for each in world.activities())
    lists = {person: sorted(world.lists_of(f"person{person}@customer.example")) for person in range(6)}
    return activities, world.counted(), lists, world.events()


def test_order_and_repetition_change_nothing(world):
    documents = story()
    expected = Counter(
        {"Send": "sent", "Delivery": "delivered"}.get(each["eventType"])
        or {"Permanent": "hard_bounced", "Transient": "soft_bounced"}[each["bounce"]["bounceType"]]
        for each in documents
    )
    shuffled = documents * 3
    random.Random(5).shuffle(shuffled)
    for start in range(0, len(shuffled), 10):
        assert world.take(*shuffled[start : start + 10]) == []

    assert world.counted() == expected
    assert world.listed() == expected
    bounced = [each for each in documents if each.get("bounce", {}).get("bounceType") == "Permanent"]
    assert len(world.events()) == len(bounced)


@pytest.mark.parametrize("poison", ["not JSON", "[]", "null", '"text"', '{"a": ', "{" * 100_000, ""])
def test_only_the_poison_comes_back(world, poison):
    assert world.take(sample("delivery"), poison, sample("bounce_permanent")) == ["1"]
    assert world.counted() == {"delivered": 1, "hard_bounced": 1}


@pytest.mark.parametrize(
    "name", ["delivery", "bounce_permanent", "bounce_transient", "complaint", "open", "send"]
)
@pytest.mark.parametrize("performed", [False, True], ids=["refused", "answer lost"])
def test_a_break_after_any_call_ends_the_same(tables, load, dynamodb_faults, name, performed):
    world = World(load("ses_events"))
    world.take(sample(name))  # an environment that has worked before
    dynamodb_faults.mend()
    document = event_document(name, at=NOW, serial="-broken")
    world.take(event_document(name, at=NOW, serial="-dry"))
    calls = len(dynamodb_faults.calls)
    dynamodb_faults.mend()
    before, events = world.counted(), len(world.events())
    lists = len(world.activities())

    for number in range(calls):
        document = event_document(name, at=NOW, serial=f"-{number}")
        dynamodb_faults.break_call(number, performed=performed)
        world.take(document)
        dynamodb_faults.mend()
        assert world.take(document, document) == []

    after = world.counted()
    kinds = {"open": ["opened"], "send": ["sent"]}.get(name)
    grown = {kind: after[kind] - before[kind] for kind in after if after[kind] != before[kind]}
    if kinds is not None:
        grown = {kind: grown[kind] for kind in kinds}
    assert set(grown.values()) == {calls}
    assert len(world.activities()) - lists >= calls
    assert len(world.events()) >= events


def test_throttling_half_way_through_a_batch_is_made_good(world, dynamodb_faults):
    documents = story()
    tries = 0
    left = list(documents)
    while left:
        dynamodb_faults.break_call(7 + tries)
        failed = world.take(*left)
        left = [left[int(position)] for position in failed]
        tries += 1
        assert tries < 50
    dynamodb_faults.mend()

    assert sum(world.counted().values()) == len(documents)
    assert sum(world.listed().values()) == len(documents)


def mutations(document: dict) -> st.SearchStrategy[dict]:
    """The document with a few of its fields gone or of another kind, at any depth."""
    paths = list(_paths(document))
    junk = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=20),
        st.just("\ud800"),
        st.just([]),
        st.just({}),
        st.just([None, {"emailAddress": 7}, "x@", "@", "a b@c d"]),
    )
    changes = st.lists(
        st.tuples(st.sampled_from(paths), st.one_of(st.just(_GONE), junk)), min_size=1, max_size=4
    )
    return changes.map(lambda made: _changed(document, made))


_GONE = object()


def _paths(value, path=()):
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _paths(inner, (*path, key))


def _changed(document, changes):
    changed = json.loads(json.dumps(document))
    for path, value in changes:
        inside = changed
        try:
            for key in path[:-1]:
                inside = inside[key]
            if value is _GONE:
                del inside[path[-1]]
            else:
                inside[path[-1]] = deepcopy(value)
        except (KeyError, IndexError, TypeError):
            continue
    return changed


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_document_with_faults_is_taken_in_or_kept_and_never_fails(world, name, data):
    document = data.draw(mutations(sample(name)))

    assert world.take(document, document) == []


def test_a_mail_to_two_hundred_is_taken_in_whole_and_its_domain_looked_at_once(world):
    to = [f"person{number}@customer.example" for number in range(200)]
    document = event_document("bounce_permanent", to=to)
    with metered(connection().client) as meter:
        assert world.take(document) == []
    assert meter.operations("Query") < 20
    assert world.take(document) == []

    assert world.counted() == {"hard_bounced": 200}


class LittleTime:
    """Lambda's context of a function that has so many seconds left beside those that it needs for its end."""

    def __init__(self, seconds: float) -> None:
        self._milliseconds = int((seconds + ENDING) * 1000)

    def get_remaining_time_in_millis(self) -> int:
        return self._milliseconds


def test_what_the_time_does_not_suffice_for_comes_again_and_goes_on_where_it_broke_off(world):
    to = [f"person{number}@customer.example" for number in range(120)]
    batch = batch_of(event_document("bounce_permanent", to=to), sample("delivery"))

    assert world.function.app.handler(batch, LittleTime(0))["batchItemFailures"] == [
        {"itemIdentifier": "0"},
        {"itemIdentifier": "1"},
    ]
    assert world.counted() == {}
    times, failed = 0, [{"itemIdentifier": "0"}]
    while failed:
        failed = world.function.app.handler(batch, LittleTime(0.5 + times))["batchItemFailures"]
        times += 1
        assert times < 50
    assert times > 1
    assert world.counted() == {"hard_bounced": 120, "delivered": 1}


def test_an_event_of_300_kilobytes_is_taken_in(world):
    document = sample("bounce_permanent")
    document["mail"]["headers"] = [{"name": "X-Long", "value": "x" * 300_000}]
    document["bounce"]["bouncedRecipients"][0]["diagnosticCode"] = "smtp; " + "y" * 100_000
    stranger = sample("notification_bounce")
    stranger["mail"]["headers"] = [{"name": "X-Long", "value": str(random.Random(1).random()) * 15_000}]
    assert world.take(document, stranger) == []

    assert world.counted() == {"hard_bounced": 1}
    (kept,) = world.strays()
    assert kept.document == stranger
    assert sorted(world.lists_of(ADDRESS)) == ["hard_bounces"]
