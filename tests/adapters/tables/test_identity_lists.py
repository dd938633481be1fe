"""Lists of identities, by the table and by its in-memory fake: orders, searches, and what a page costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.identities import IdentityTable
from letterhead.adapters.tables.identity_item import IdentityItem, identity_item
from letterhead.identities.identity import IdentityStatus
from letterhead.identities.pages import (
    MOST_SEARCHED,
    Order,
    OrderBy,
    PageRequest,
    TooManyToSearchError,
)
from tests.capacity_meter import metered
from tests.fakes.identity_store import InMemoryIdentities
from tests.fakes.sender_identities import ACCOUNT, DOMAIN, NOW, OTHER_DOMAIN, full_identity, identity

LATER = NOW + timedelta(hours=1)


@pytest.fixture(params=["table", "memory"])
def store(request):
    if request.param == "memory":
        return InMemoryIdentities()
    request.getfixturevalue("tables")
    return IdentityTable("IdentitiesTable")


def batched(charges):
    return zip(charges[::2], charges[1::2], strict=True)


def fill(store, identities):
    """Put many identities of one domain into an empty store, without a transaction for each."""
    if isinstance(store, InMemoryIdentities):
        for one in identities:
            store.add(one)
        return
    with IdentityItem.batch_write() as batch:
        for one in identities:
            batch.save(identity_item(one))
    for sort_key in ("#count", f"#count#{identities[0].domain.domain_id}"):
        IdentityItem(account_id=ACCOUNT, email=sort_key).update([IdentityItem.number.set(len(identities))])


@pytest.fixture
def table(tables):
    return IdentityTable("IdentitiesTable")


@pytest.fixture
def meter(table):
    with metered(connection().client) as counted:
        yield counted


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


@pytest.mark.parametrize("domain_id", [None, DOMAIN.domain_id])
def test_a_list_can_be_oldest_first_page_by_page_with_and_without_its_predecessor(store, domain_id):
    kept = [identity(f"amy{number}@bookshelf.com", seconds=number) for number in range(7)]
    for one in kept:
        store.add(one)
    store.add(identity("other@bookshelf.com", seconds=-5, domain=OTHER_DOMAIN))
    expected = kept if domain_id else [store.page(ACCOUNT, PageRequest(8, 1)).identities[0], *kept]
    after, seen = None, []
    for number in (1, 2, 3):
        request = PageRequest(number, 3, domain_id, after, order=Order.ASCENDING)
        page = store.page(ACCOUNT, request)
        assert page.identities == store.page(ACCOUNT, replace(request, after=None)).identities
        after = page.identities[-1].identity_id
        seen += page.identities
    assert seen == list(expected)


def test_a_list_can_be_searched_and_ordered_otherwise(store):
    first = identity("Zoe@bookshelf.com", seconds=1, status=IdentityStatus.VERIFIED, decided_at=LATER)
    second = identity("amy@bookshelf.com", seconds=2)
    third = identity("bob@shelf.example", seconds=3, status=IdentityStatus.VERIFIED, decided_at=NOW)
    for one in (first, second, third):
        store.add(one)

    def listed(**asked):
        page = store.page(ACCOUNT, PageRequest(1, 2, **asked))
        more = store.page(ACCOUNT, PageRequest(2, 2, **asked))
        assert page.total == more.total == len(page.identities + more.identities)
        return page.identities + more.identities

    assert listed(order_by=OrderBy.EMAIL, order=Order.ASCENDING) == (second, third, first)
    assert listed(order_by=OrderBy.EMAIL, order=Order.DESCENDING) == (first, third, second)
    assert listed(order_by=OrderBy.VERIFIED_AT) == (first, third, second)
    assert listed(order_by=OrderBy.VERIFIED_AT, order=Order.ASCENDING) == (third, first, second)
    assert listed(query="SHELF") == (third, second, first)
    assert listed(query="zoe@book") == (first,)
    assert listed(query="bookshelf", order_by=OrderBy.EMAIL, order=Order.ASCENDING) == (second, first)
    assert listed(query="nobody") == ()
    assert listed(query="shelf", domain_id=OTHER_DOMAIN.domain_id) == ()


def test_a_search_goes_through_so_many_identities_and_no_more(store):
    fill(store, [identity(f"amy{number}@bookshelf.com", seconds=number) for number in range(MOST_SEARCHED)])
    assert store.page(ACCOUNT, PageRequest(query="amy249")).total == 1
    other = identity("amy@bookshelf.com", seconds=999, domain=OTHER_DOMAIN)
    store.add(other)
    for asked in ({"query": "amy"}, {"order_by": OrderBy.EMAIL}):
        with pytest.raises(TooManyToSearchError):
            store.page(ACCOUNT, PageRequest(**asked))
        within = PageRequest(domain_id=OTHER_DOMAIN.domain_id, **asked)
        assert store.page(ACCOUNT, within).identities == (other,)


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


def test_a_list_of_25_costs_at_most_two_and_a_half_read_units_however_many_there_are(table):
    def charges():
        """What the first page and every next one cost, of all and of a domain's."""
        with metered(connection().client) as meter:
            for domain_id in (None, DOMAIN.domain_id):
                after = None
                for number in (1, 2, 3):
                    page = table.page(ACCOUNT, PageRequest(number, 25, domain_id, after))
                    after = page.identities[-1].identity_id
                    assert len(page.identities) == 25
        return [(charge.operation, charge.read_units) for charge in meter.charges]

    fill(table, [full_identity(number) for number in range(1000, 1100)])
    of_a_hundred = charges()
    assert [operation for operation, _ in of_a_hundred] == ["GetItem", "Query"] * 6
    assert all(count + page <= 2.5 for (_, count), (_, page) in batched(of_a_hundred))

    fill(table, [full_identity(number) for number in range(1000, 3000)])
    assert charges() == of_a_hundred


def test_oldest_first_costs_the_same_and_a_search_is_bounded(table, meter):
    for number in range(60):
        table.add(full_identity(number))
    for domain_id in (None, DOMAIN.domain_id):
        after = None
        for number in (1, 2):
            meter.reset()
            page = table.page(ACCOUNT, PageRequest(number, 25, domain_id, after, order=Order.ASCENDING))
            after = page.identities[-1].identity_id
            assert (meter.operations("Query"), len(page.identities)) == (1, 25)
            assert meter.read_units() <= 2.5
    meter.reset()
    assert table.page(ACCOUNT, PageRequest(query="+59@")).total == 1
    assert meter.read_units() * MOST_SEARCHED / 60 <= 25


def test_a_page_behind_the_last_costs_its_count_alone(table, meter):
    table.add(identity())
    meter.reset()
    assert table.page(ACCOUNT, PageRequest(999_999_999, 100)).identities == ()
    assert (meter.read_units(), meter.operations("Query")) == (0.5, 0)
