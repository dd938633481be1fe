"""The identities table and its in-memory fake: one contract, and what the table's reads and writes cost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Lock

import pytest
from moto.dynamodb.models import DynamoDBBackend

from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.identities import IdentityTable
from letterhead.identities.addresses import EmailAddress
from letterhead.identities.identity import (
    AddressTakenError,
    ExactState,
    FromMode,
    IdentityChangedError,
    IdentityNotFoundError,
    IdentityStatus,
    MailFailure,
)
from letterhead.identities.pages import (
    IdentityPage,
    PageRequest,
)
from letterhead.unavailable import UnavailableError
from tests.capacity_meter import metered
from tests.fakes.deciding import decide
from tests.fakes.identity_store import InMemoryIdentities
from tests.fakes.sender_identities import (
    ACCOUNT,
    DOMAIN,
    FORECAST,
    NOW,
    OTHER_DOMAIN,
    address,
    full_identity,
    identity,
)

LATER = NOW + timedelta(hours=1)


@pytest.fixture(params=["table", "memory"])
def store(request):
    if request.param == "memory":
        return InMemoryIdentities()
    request.getfixturevalue("tables")
    return IdentityTable("IdentitiesTable")


@pytest.fixture
def table(tables):
    return IdentityTable("IdentitiesTable")


@pytest.fixture
def meter(table):
    with metered(connection().client) as counted:
        yield counted


# --- the contract -----------------------------------------------------------------------------------------------------


def test_an_identity_comes_back_as_it_was_stored(store):
    whole = full_identity(
        1,
        mail_failure=MailFailure.PROVIDER_BUSY,
        resends=2,
        generation=3,
    )
    bare = identity("Amy.Pond@xn--bcher-kva.example", seconds=2)
    idn = replace(bare, email=EmailAddress("Amy.Pond", "xn--bcher-kva.example", "bücher.example"))
    store.add(whole)
    store.add(idn)
    assert store.by_id(ACCOUNT, whole.identity_id) == whole
    assert store.by_id(ACCOUNT, idn.identity_id) == idn


@pytest.mark.parametrize(
    "forecast",
    [
        FORECAST,
        replace(FORECAST, policy=None, testing=False, source_name=None),
        replace(FORECAST, policy=None, testing=False, source_name=None, known=False),
        replace(FORECAST, source_name="com"),
    ],
)
def test_a_forecast_comes_back_as_it_was_noted(store, forecast):
    kept = identity("amy@bookshelf-and-more.com")
    store.add(kept)
    store.note_forecast(kept, forecast)
    assert store.by_id(ACCOUNT, kept.identity_id) == replace(kept, forecast=forecast)


def test_a_forecast_for_a_former_domain_or_address_is_not_noted(store):
    kept = full_identity(1)
    store.add(kept)
    store.replace(kept, moved := replace(kept, domain=OTHER_DOMAIN, updated_at=LATER))
    store.note_forecast(kept, replace(FORECAST, policy=None))
    assert store.by_id_now(ACCOUNT, kept.identity_id) == moved


def test_a_lapse_is_noted_and_taken_back_and_not_for_a_former_domain(store):
    kept = full_identity(1)
    store.add(kept)
    store.note_lapsed(kept, lapsed=True)
    assert store.by_id_now(ACCOUNT, kept.identity_id) == replace(kept, lapsed=True)
    assert [one.lapsed for one in store.of_domain(ACCOUNT, DOMAIN.domain_id)] == [True]
    store.note_lapsed(kept, lapsed=False)
    assert store.by_id_now(ACCOUNT, kept.identity_id) == kept
    store.replace(kept, moved := replace(kept, domain=OTHER_DOMAIN, updated_at=LATER))
    store.note_lapsed(kept, lapsed=True)
    assert store.by_id_now(ACCOUNT, kept.identity_id) == moved


def test_where_the_providers_verification_stands_is_noted_once(store):
    kept = identity(from_mode=FromMode.EXACT, exact=ExactState.WANTED, exact_round=2)
    store.add(kept)
    store.note_exact(kept, ExactState.PENDING)
    assert store.by_id_now(ACCOUNT, kept.identity_id) == replace(kept, exact=ExactState.PENDING)
    for outdated in (kept, replace(kept, exact=ExactState.PENDING, exact_round=1), identity()):
        with pytest.raises(IdentityChangedError):
            store.note_exact(outdated, ExactState.VERIFIED)


def test_an_unknown_id_and_another_accounts_are_nothing(store):
    kept = identity()
    store.add(kept)
    assert store.by_id(ACCOUNT, identity().identity_id) is None
    assert store.by_id("0another0account", kept.identity_id) is None


def test_an_address_is_taken_in_whatever_case_it_is_written(store):
    store.add(identity("Amy@bookshelf.com"))
    with pytest.raises(AddressTakenError):
        store.add(identity("aMY@bookshelf.com", seconds=1))
    assert store.page(ACCOUNT, PageRequest()).total == 1


def test_another_account_may_have_the_same_address(store):
    store.add(identity())
    store.add(identity(account_id="0another0account"))
    assert [store.page(each, PageRequest()).total for each in (ACCOUNT, "0another0account")] == [1, 1]


def test_a_decision_is_stored_once(store):
    kept = identity()
    store.add(kept)
    decided = decide(store, kept, IdentityStatus.VERIFIED, NOW)
    assert decided == replace(kept, status=IdentityStatus.VERIFIED, decided_at=NOW, updated_at=NOW)
    assert store.by_id_now(ACCOUNT, kept.identity_id) == decided
    with pytest.raises(IdentityChangedError):
        decide(store, kept, IdentityStatus.REFUSED, NOW)


def test_a_decision_about_an_older_generation_or_a_deleted_identity_changes_nothing(store):
    kept = identity(generation=2)
    store.add(kept)
    for stale in (replace(kept, generation=1), identity("gone@x.com"), identity()):
        with pytest.raises(IdentityChangedError):
            decide(store, stale, IdentityStatus.VERIFIED, NOW)
    assert store.by_id_now(ACCOUNT, kept.identity_id) == kept


def test_a_failure_stays_until_the_mail_has_left(store):
    kept = identity()
    store.add(kept)
    store.note_failure(kept, MailFailure.PROVIDER_BUSY)
    failed = store.by_id_now(ACCOUNT, kept.identity_id)
    assert failed == replace(kept, mail_failure=MailFailure.PROVIDER_BUSY)
    store.note_failure(failed, MailFailure.PROVIDER_BUSY)
    store.note_mailed(failed, mailed_at=NOW, expires_at=NOW + timedelta(hours=72))
    assert store.by_id_now(ACCOUNT, kept.identity_id) == replace(
        kept, mailed_generation=1, mailed_at=NOW, expires_at=NOW + timedelta(hours=72)
    )


def test_notes_about_an_older_generation_are_left_aside(store):
    kept = identity(generation=2)
    store.add(kept)
    older = replace(kept, generation=1)
    store.note_failure(older, MailFailure.PROVIDER_BUSY)
    store.note_mailed(older, mailed_at=NOW, expires_at=NOW)
    assert store.by_id_now(ACCOUNT, kept.identity_id) == kept


def test_an_identity_is_found_by_its_address_in_its_account_only(store):
    kept = identity("Amy@bookshelf.com")
    store.add(kept)
    assert store.by_email(ACCOUNT, "amy@bookshelf.com") == kept
    assert store.by_email("0another0account", "amy@bookshelf.com") is None
    assert store.by_email(ACCOUNT, "rory@bookshelf.com") is None
    assert store.by_email(ACCOUNT, "#count") is None


def test_what_changed_is_stored_and_what_went_is_gone(store):
    kept = full_identity(1)
    store.add(kept)
    changed = replace(kept, name="Amy Pond", reply_to_name=None, personal_note="Hello", updated_at=LATER)
    store.replace(kept, changed)
    assert store.by_id_now(ACCOUNT, kept.identity_id) == changed


def test_a_new_address_moves_the_identity(store):
    kept = identity()
    store.add(kept)
    moved = replace(kept, email=address("rory@bookshelf.com"), generation=2, updated_at=LATER)
    store.replace(kept, moved)
    assert store.by_email(ACCOUNT, "amy@bookshelf.com") is None
    assert store.by_id_now(ACCOUNT, kept.identity_id) == moved
    assert store.page(ACCOUNT, PageRequest()) == IdentityPage(PageRequest(), (moved,), 1)


def test_a_new_address_that_is_taken_changes_nothing(store):
    kept, other = identity(), identity("rory@bookshelf.com", seconds=1)
    store.add(kept)
    store.add(other)
    with pytest.raises(AddressTakenError):
        store.replace(kept, replace(kept, email=address("Rory@bookshelf.com"), updated_at=LATER))
    assert store.by_id_now(ACCOUNT, kept.identity_id) == kept
    assert store.by_id_now(ACCOUNT, other.identity_id) == other


@pytest.mark.parametrize("also_the_address", [False, True])
def test_a_new_domain_moves_the_identity_in_the_lists_and_their_totals(store, also_the_address):
    kept, stays = identity(), identity("rory@bookshelf.com", seconds=1)
    store.add(kept)
    store.add(stays)
    moved = replace(kept, domain=OTHER_DOMAIN, generation=2, updated_at=LATER)
    if also_the_address:
        moved = replace(moved, email=address("river@bookshelf.com"))
    store.replace(kept, moved)
    here, there = PageRequest(domain_id=DOMAIN.domain_id), PageRequest(domain_id=OTHER_DOMAIN.domain_id)
    assert store.page(ACCOUNT, here) == IdentityPage(here, (stays,), 1)
    assert store.page(ACCOUNT, there) == IdentityPage(there, (moved,), 1)
    assert store.page(ACCOUNT, PageRequest()).total == 2


@pytest.mark.parametrize("email", ["amy@bookshelf.com", "rory@bookshelf.com"], ids=["in place", "moving"])
def test_what_was_changed_or_decided_meanwhile_is_not_overwritten(store, email):
    kept = identity()
    store.add(kept)
    wanted = replace(kept, email=address(email), name="Amy Pond", updated_at=LATER)
    decided = decide(store, kept, IdentityStatus.VERIFIED, LATER)
    with pytest.raises(IdentityChangedError):
        store.replace(kept, wanted)
    assert store.by_id_now(ACCOUNT, kept.identity_id) == decided
    store.remove(decided)
    with pytest.raises(IdentityChangedError):
        store.replace(decided, wanted)


def test_a_note_about_a_mail_does_not_hinder_a_change(store):
    kept = identity()
    store.add(kept)
    store.note_mailed(kept, mailed_at=NOW, expires_at=LATER)
    store.replace(kept, replace(kept, name="Amy Pond", updated_at=LATER))
    after = store.by_id_now(ACCOUNT, kept.identity_id)
    assert (after.name, after.mailed_at) == ("Amy Pond", NOW)


def test_a_removed_identity_is_counted_no_more_and_its_address_is_free(store):
    kept = identity()
    store.add(kept)
    store.remove(kept)
    assert store.by_id(ACCOUNT, kept.identity_id) is None
    assert store.page(ACCOUNT, PageRequest(domain_id=DOMAIN.domain_id)).total == 0
    with pytest.raises(IdentityNotFoundError):
        store.remove(kept)
    assert store.page(ACCOUNT, PageRequest()).total == 0
    store.add(identity(seconds=1))


def test_removing_an_identity_that_was_made_anew_leaves_the_new_one(store):
    first, second = identity(), identity(seconds=1)
    store.add(first)
    store.remove(first)
    store.add(second)
    with pytest.raises(IdentityNotFoundError):
        store.remove(first)
    assert store.by_id(ACCOUNT, second.identity_id) == second


# --- the table alone --------------------------------------------------------------------------------------------------


@pytest.fixture
def whole_transactions(monkeypatch):
    """moto takes a failed transaction back by putting the whole table as it was, whatever others wrote meanwhile."""
    write, turn = DynamoDBBackend.transact_write_items, Lock()

    def in_turn(self, *args, **kwargs):
        with turn:
            return write(self, *args, **kwargs)

    monkeypatch.setattr(DynamoDBBackend, "transact_write_items", in_turn)


def test_of_two_requests_racing_for_an_address_one_wins(table, whole_transactions):
    def add(number: int) -> bool:
        try:
            table.add(identity(seconds=number))
        except AddressTakenError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(add, range(2))) == [False, True]
    assert table.page(ACCOUNT, PageRequest()).total == 1


def test_a_table_that_does_not_answer_is_unavailable(table, dynamodb_faults):
    dynamodb_faults.break_call(0)
    with pytest.raises(UnavailableError):
        table.add(identity())
    dynamodb_faults.mend()
    assert table.page(ACCOUNT, PageRequest()).total == 0


# --- what it costs -----------------------------------------------------------------------------------------------------


def test_creating_costs_at_most_8_write_units_indexes_and_counts_included(table, meter):
    table.add(replace(full_identity(1), status=IdentityStatus.PENDING, mailed_generation=0, expires_at=None))
    assert meter.write_units() == 8
    assert meter.read_units() == 0


def test_getting_one_costs_half_a_read_unit(table, meter):
    kept = full_identity(1)
    table.add(kept)
    meter.reset()
    assert table.by_id(ACCOUNT, kept.identity_id) == kept
    assert meter.read_units() == 0.5


def test_noting_a_mail_costs_four_write_units(table, meter):
    kept = full_identity(1)
    table.add(kept)
    meter.reset()
    table.note_mailed(kept, mailed_at=NOW + timedelta(seconds=9), expires_at=NOW)
    assert meter.write_units() == 4
