"""The outbox: an event is there with its change or not at all, and what writing both costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.identities import IdentityTable
from letterhead.adapters.tables.identity_decisions import IdentityDecisionTable
from letterhead.adapters.tables.outbox import OutboxTable
from letterhead.adapters.tables.transactions import write_together
from letterhead.identities.decisions import decided, decision_event
from letterhead.identities.identity import ExactState, FromMode, IdentityChangedError, IdentityStatus
from letterhead.outbox.event import KEPT
from tests.capacity_meter import metered
from tests.fakes.outbox import InMemoryOutbox
from tests.fakes.sender_identities import ACCOUNT, NOW, identity

EVENT_ID = "0event00event000"
REFUSED = decided(identity(), IdentityStatus.REFUSED, NOW)
EVENT = decision_event(REFUSED, EVENT_ID, NOW)


@pytest.fixture
def identities(tables):
    return IdentityTable("IdentitiesTable")


@pytest.fixture
def outbox(tables):
    return OutboxTable("OutboxTable")


@pytest.fixture
def decisions(identities, outbox):
    return IdentityDecisionTable(identities, outbox)


@pytest.fixture(params=["table", "memory"])
def told(request):
    """A store that holds `EVENT`."""
    if request.param == "memory":
        return InMemoryOutbox(EVENT)
    store = request.getfixturevalue("outbox")
    write_together(lambda transaction: store.append(transaction, EVENT))
    return store


def test_an_event_comes_back_as_it_was_written_until_its_owner_knows(told):
    assert told.untold(ACCOUNT, EVENT_ID, NOW) == EVENT
    told.note_told(EVENT, NOW)
    assert told.untold(ACCOUNT, EVENT_ID, NOW) is None


def test_another_accounts_and_an_unknown_one_are_nothing(told):
    assert told.untold("0another0account", EVENT_ID, NOW) is None
    assert told.untold(ACCOUNT, "0event00event001", NOW) is None


def test_an_event_ends_after_30_days_whether_or_not_dynamodb_has_dropped_it(told):
    assert told.untold(ACCOUNT, EVENT_ID, NOW + KEPT - timedelta(seconds=1)) == EVENT
    assert told.untold(ACCOUNT, EVENT_ID, NOW + KEPT) is None


def test_noting_an_event_that_is_gone_brings_nothing_back(told):
    gone = replace(EVENT, event_id="0event00event001")
    told.note_told(gone, NOW)
    assert told.untold(ACCOUNT, gone.event_id, NOW) is None


def test_a_decision_and_its_event_are_written_together(decisions, identities, outbox):
    one = identity()
    identities.add(one)
    after = decided(one, IdentityStatus.VERIFIED, NOW)
    decisions.decide(one, after, decision_event(after, EVENT_ID, NOW))
    assert identities.by_id_now(ACCOUNT, one.identity_id) == after
    assert outbox.untold(ACCOUNT, EVENT_ID, NOW) == decision_event(after, EVENT_ID, NOW)


def test_a_decision_that_comes_too_late_leaves_no_event(decisions, identities, outbox):
    one = identity()
    identities.add(one)
    refused = decided(one, IdentityStatus.REFUSED, NOW)
    for stale in (replace(one, generation=2), replace(one, updated_at=NOW + timedelta(seconds=1))):
        with pytest.raises(IdentityChangedError):
            decisions.decide(stale, refused, decision_event(refused, EVENT_ID, NOW))
    assert outbox.untold(ACCOUNT, EVENT_ID, NOW) is None
    assert identities.by_id_now(ACCOUNT, one.identity_id) == one


def test_the_providers_yes_and_its_event_are_written_together(tables, outbox):
    identities = IdentityTable("IdentitiesTable", outbox)
    one = identity(from_mode=FromMode.EXACT, exact=ExactState.PENDING, exact_round=1)
    identities.add(one)
    event = decision_event(decided(one, IdentityStatus.REFUSED, NOW), EVENT_ID, NOW)
    with pytest.raises(IdentityChangedError):
        identities.note_exact(replace(one, exact_round=2), ExactState.VERIFIED, event)
    assert outbox.untold(ACCOUNT, EVENT_ID, NOW) is None
    identities.note_exact(one, ExactState.VERIFIED, event)
    assert identities.by_id_now(ACCOUNT, one.identity_id) == replace(one, exact=ExactState.VERIFIED)
    assert outbox.untold(ACCOUNT, EVENT_ID, NOW) == event


def test_an_event_without_an_outbox_is_a_mistake(identities):
    one = identity(from_mode=FromMode.EXACT, exact=ExactState.PENDING, exact_round=1)
    identities.add(one)
    with pytest.raises(ValueError, match="outbox"):
        identities.note_exact(one, ExactState.VERIFIED, EVENT)
    assert identities.by_id_now(ACCOUNT, one.identity_id) == one


def test_a_decision_that_tells_nothing_yet_leaves_no_event(decisions, identities, outbox):
    one = identity(from_mode=FromMode.EXACT)
    identities.add(one)
    after = decided(one, IdentityStatus.VERIFIED, NOW)
    decisions.decide(one, after, decision_event(after, EVENT_ID, NOW))
    assert identities.by_id_now(ACCOUNT, one.identity_id) == after
    assert outbox.untold(ACCOUNT, EVENT_ID, NOW) is None


def test_a_decision_with_its_event_costs_eight_write_units(decisions, identities, outbox):
    # Two items in a transaction at two units each, the identity's two index entries, and its move to another slot.
    one = identity(personal_note="x" * 250, add_note=True, mailed_generation=1, mailed_at=NOW, expires_at=NOW)
    identities.add(one)
    after = decided(one, IdentityStatus.VERIFIED, NOW)
    with metered(connection().client) as meter:
        decisions.decide(one, after, decision_event(after, EVENT_ID, NOW))
    assert meter.write_units() <= 8
    assert meter.read_units() == 0
