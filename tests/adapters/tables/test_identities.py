"""The identities table and its in-memory fake: one contract, and what the table's reads and writes cost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.identities import IdentityTable
from letterhead.identities.addresses import EmailAddress
from letterhead.identities.identity import (
    AddressTakenError,
    IdentityChangedError,
    IdentityDomain,
    IdentityStatus,
    MailFailure,
)
from letterhead.identities.pages import PageRequest
from letterhead.unavailable import UnavailableError
from tests.capacity_meter import metered
from tests.fakes.identity_store import InMemoryIdentities
from tests.fakes.sender_identities import ACCOUNT, DOMAIN, NOW, address, identity

OTHER_DOMAIN = IdentityDomain("0domain00domain1", "other.example", "other.example", NOW, NOW)


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


def full_identity(number: int, **changes):
    """An identity as large as they come in practice: every field filled, a note of ordinary length."""
    return identity(
        f"amy.longer-name+{number}@bookshelf-and-more.com",
        seconds=number,
        reply_to_email=address("support@bookshelf-and-more.com"),
        reply_to_name="Book Shelf Support",
        add_note=True,
        personal_note="Hi Amy, please confirm this address, so that the newsletter can go out in your name.",
        mailed_generation=1,
        mailed_at=NOW,
        expires_at=NOW + timedelta(hours=72),
        status=IdentityStatus.VERIFIED,
        decided_at=NOW,
        **changes,
    )


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


def test_a_list_is_newest_first_page_by_page(store):
    kept = [identity(f"a{number}@x.com", seconds=number) for number in range(23)]
    for one in kept:
        store.add(one)
    newest_first = tuple(reversed(kept))
    pages = [store.page(ACCOUNT, PageRequest(number, 10)) for number in (1, 2, 3, 4)]
    assert [page.identities for page in pages] == [
        newest_first[:10],
        newest_first[10:20],
        newest_first[20:],
        (),
    ]
    assert {page.total for page in pages} == {23}


def test_a_page_whose_predecessor_is_known_is_the_same_page(store):
    for number in range(23):
        store.add(identity(f"a{number}@x.com", seconds=number))
    first = store.page(ACCOUNT, PageRequest(1, 10))
    asked = PageRequest(2, 10)
    followed = replace(asked, after=first.identities[-1].identity_id)
    assert store.page(ACCOUNT, followed).identities == store.page(ACCOUNT, asked).identities


def test_a_list_can_be_of_one_domain(store):
    here = [identity(f"a{number}@x.com", seconds=number) for number in range(12)]
    there = [identity(f"b{number}@x.com", seconds=20 + number, domain=OTHER_DOMAIN) for number in range(3)]
    for one in here + there:
        store.add(one)
    first = store.page(ACCOUNT, PageRequest(1, 10, DOMAIN.domain_id))
    after = first.identities[-1].identity_id
    assert first.total == 12
    assert first.identities == tuple(reversed(here[2:]))
    assert store.page(ACCOUNT, PageRequest(2, 10, DOMAIN.domain_id)).identities == (here[1], here[0])
    assert store.page(ACCOUNT, PageRequest(2, 10, DOMAIN.domain_id, after)).identities == (here[1], here[0])
    assert store.page(ACCOUNT, PageRequest(1, 10, OTHER_DOMAIN.domain_id)).identities == tuple(
        reversed(there)
    )
    assert store.page(ACCOUNT, PageRequest(1, 10, "0domain00domain9")).total == 0


def test_a_decision_is_stored_once(store):
    kept = identity()
    store.add(kept)
    decided = store.decide(kept, IdentityStatus.VERIFIED, NOW)
    assert decided == replace(kept, status=IdentityStatus.VERIFIED, decided_at=NOW, updated_at=NOW)
    assert store.by_id_now(ACCOUNT, kept.identity_id) == decided
    with pytest.raises(IdentityChangedError):
        store.decide(kept, IdentityStatus.REFUSED, NOW)


def test_a_decision_about_an_older_generation_or_a_deleted_identity_changes_nothing(store):
    kept = identity(generation=2)
    store.add(kept)
    for stale in (replace(kept, generation=1), identity("gone@x.com"), identity()):
        with pytest.raises(IdentityChangedError):
            store.decide(stale, IdentityStatus.VERIFIED, NOW)
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


# --- the table alone --------------------------------------------------------------------------------------------------


def test_of_two_requests_racing_for_an_address_one_wins(table):
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
    table.add(full_identity(1))
    assert meter.write_units() == 8
    assert meter.read_units() == 0


def test_getting_one_costs_half_a_read_unit(table, meter):
    kept = full_identity(1)
    table.add(kept)
    meter.reset()
    assert table.by_id(ACCOUNT, kept.identity_id) == kept
    assert meter.read_units() == 0.5


def test_a_list_of_25_costs_at_most_two_and_a_half_read_units_on_the_first_page_and_every_next_one(table):
    for number in range(75):
        table.add(full_identity(number))
    with metered(connection().client) as meter:
        for domain_id in (None, DOMAIN.domain_id):
            after = None
            for number in (1, 2, 3):
                meter.reset()
                page = table.page(ACCOUNT, PageRequest(number, 25, domain_id, after))
                after = page.identities[-1].identity_id
                assert len(page.identities) == 25
                assert meter.operations("Query") == 1
                assert meter.read_units() <= 2.5


def test_a_page_behind_the_last_costs_its_count_alone(table, meter):
    table.add(identity())
    meter.reset()
    assert table.page(ACCOUNT, PageRequest(999_999_999, 100)).identities == ()
    assert (meter.read_units(), meter.operations("Query")) == (0.5, 0)


def test_noting_a_mail_costs_three_write_units(table, meter):
    kept = full_identity(1)
    table.add(kept)
    meter.reset()
    table.note_mailed(kept, mailed_at=NOW + timedelta(seconds=9), expires_at=NOW)
    assert meter.write_units() == 3
