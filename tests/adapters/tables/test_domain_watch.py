"""Domains by the time of their next look: the table's index and the store in memory; and what reading it costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead import identifiers
from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.domain_watch import DomainWatchTable
from letterhead.adapters.tables.outbox import OutboxItem, OutboxTable
from letterhead.domains.domain import DomainChangedError
from letterhead.domains.ports import Place
from letterhead.domains.records import RecordPurpose, RecordStatus
from letterhead.domains.rhythm import slot_of
from letterhead.domains.watch import Stretch
from letterhead.outbox.event import Event, EventType
from tests.capacity_meter import metered
from tests.fakes.domain_store import InMemoryDomains
from tests.fakes.sending_domains import NOW, registered_domain
from tests.fakes.stored_domains import put

MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["in memory", "in DynamoDB"])
def both(request):
    """A store, and the watch of what is in it."""
    if request.param == "in memory":
        store = InMemoryDomains()
        return store, store
    return request.getfixturevalue("domain_table"), DomainWatchTable("DomainsTable")


def domains(store, *due: float | None):
    """Domains that are due so many minutes from now."""
    return [
        put(
            store,
            registered_domain(
                f"d{number}.com",
                domain_id=identifiers.new_id(NOW),
                due_at=None if minutes is None else NOW + minutes * MINUTE,
            ),
        )
        for number, minutes in enumerate(due)
    ]


def names(found) -> set[str]:
    return {watched.domain.name for watched in found}


def test_what_is_due_is_found_by_its_moment(both):
    store, watch = both
    domains(store, -10, 0, 5, None, 5.001)

    assert names(watch.due(None, NOW)) == {"d0.com", "d1.com"}
    assert names(watch.due(None, NOW + 5 * MINUTE)) == {"d0.com", "d1.com", "d2.com"}
    assert names(watch.due(NOW, NOW + 5 * MINUTE)) == {"d2.com"}
    assert names(watch.due(NOW - 10 * MINUTE, NOW)) == {"d1.com"}


def test_what_is_well_is_found_in_its_slot(both):
    store, watch = both
    (domain,) = domains(store, None)

    (found,) = watch.well(slot_of(domain.domain_id))
    assert found.domain == domain
    assert found.place == store.place(domain)
    assert list(watch.well((slot_of(domain.domain_id) + 1) % 360)) == []


def test_a_stretch_has_what_lies_between_its_ends(both):
    store, watch = both
    domains(store, *range(12))
    found = list(watch.due(None, NOW + 60 * MINUTE))
    slot = found[0].place.slot
    group = [one for one in found if one.place.slot == slot]
    stretch = Stretch(slot, group[0].place.key, group[-1].place.key)

    assert list(watch.within(stretch)) == group
    assert list(watch.within(Stretch.of(group[0].place))) == group[:1]


def test_a_domain_moves_with_what_is_stored(both):
    store, watch = both
    (domain,) = domains(store, 5)
    place = store.place(domain)
    store.save(replace(domain, due_at=None), before=domain)

    assert list(watch.within(Stretch.of(place))) == []
    assert names(watch.well(slot_of(domain.domain_id))) == {"d0.com"}


def test_keys_say_their_moment_and_slots_are_few(domain_table):
    due = registered_domain(due_at=NOW, domain_id="0domain00domain0")

    assert domain_table.place(due).key == "2026-06-14T09:00:00.000000Z#0domain00domain0"
    assert domain_table.place(due).slot.startswith("due#")
    assert domain_table.place(replace(due, due_at=None)) == Place(
        f"well#{slot_of('0domain00domain0'):03d}", "0domain00domain0"
    )


def test_reading_a_slot_costs_what_lies_in_it(domain_table):
    watch = DomainWatchTable("DomainsTable")
    for domain in domains(domain_table, *[None] * 60):
        with metered(connection().client) as meter:
            list(watch.well(slot_of(domain.domain_id)))
        assert meter.read_units() == 0.5


# --- what is told of a domain -----------------------------------------------------------------------------------------


EVENT = Event(
    "0event00event000",
    EventType.DOMAIN_RECORD_MISSING,
    "0account0account",
    "0domain00domain0",
    NOW,
    data={"name": "mail.acme.com", "status": "failed", "records": []},
)


@pytest.fixture(params=["in memory", "in DynamoDB"])
def telling(request):
    """A store that can tell, and a look at the types of what it has told."""
    if request.param == "in memory":
        store = InMemoryDomains()
        return store, lambda: [event.type for event in store.events]
    table = request.getfixturevalue("domain_table")
    table._outbox = OutboxTable("OutboxTable")
    return table, lambda: [item.event_type for item in OutboxItem.query("0account0account")]


def test_a_change_and_its_event_are_stored_together(telling):
    store, told = telling
    before = put(store, registered_domain())
    after = replace(
        before,
        announced=RecordStatus.FAILED,
        missed={RecordPurpose.DMARC: None, RecordPurpose.DKIM_1: "x"},
        doubts={"domain": NOW, "dkim_2": NOW + MINUTE},
        announcements=1,
        silent_since=NOW,
        troubled_since=NOW,
        due_at=NOW + MINUTE,
    )
    store.save(after, before=before, events=[EVENT])

    assert store.now_by_name(before.account_id, before.name) == after
    assert told() == ["domain.record_missing"]


def test_of_two_who_tell_the_same_the_later_one_is_refused(telling):
    store, told = telling
    before = put(store, registered_domain())
    after = replace(before, announcements=1, missed={RecordPurpose.DMARC: None})
    store.save(after, before=before, events=[EVENT])
    with pytest.raises(DomainChangedError):
        store.save(after, before=before, events=[replace(EVENT, event_id="1event00event000")])
    later = replace(after, announcements=2, missed={})
    store.save(later, before=after, events=[replace(EVENT, event_id="2event00event000")])

    assert len(told()) == 2


def test_who_tells_nothing_does_not_mind_what_others_have_told(telling):
    store, _ = telling
    before = put(store, registered_domain())
    store.save(replace(before, announcements=1), before=before, events=[EVENT])
    stale = replace(before, settings={"track_opens": True})
    store.save(stale, before=before)

    kept = store.now_by_name(before.account_id, before.name)
    assert (kept.announcements, kept.settings) == (1, {"track_opens": True})


def test_a_table_without_an_outbox_refuses_what_has_events(domain_table):
    before = put(domain_table, registered_domain())
    with pytest.raises(ValueError, match="outbox"):
        domain_table.save(replace(before, announcements=1), before=before, events=[EVENT])
