"""Reading the access log: newest first, by pages, with filters, never without a bound."""

from __future__ import annotations

import pytest

from letterhead.access_log.call import KEPT
from letterhead.access_log.reading import MOST_READ, CallQuery, page_of
from tests.fakes.logged_calls import ACCOUNT, InMemoryCalls, logged
from tests.fakes.sending_domains import NOW

WEEK = KEPT.total_seconds()


def pages(store: InMemoryCalls, query: dict[str, object], size: int = 10) -> list[list[str]]:
    """The ids on every page, following each to the next."""
    found, after = [], None
    while True:
        page = page_of(ACCOUNT, CallQuery(size, after, **query), store, NOW)
        found.append([call.call_id for call in page.calls])
        if page.following is None:
            return found
        after = page.following


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 20, 25])
def test_every_call_is_on_one_page_newest_first(count):
    calls = [logged(seconds) for seconds in range(count)]
    found = pages(InMemoryCalls(calls), {})

    assert [each for page in found for each in page] == [call.call_id for call in calls]
    assert all(len(page) == 10 for page in found[:-1])
    assert len(found[-1]) > 0 or count == 0


def test_a_page_without_a_filter_is_one_read_of_its_size():
    store = InMemoryCalls([logged(seconds) for seconds in range(100)])
    page_of(ACCOUNT, CallQuery(10), store, NOW)

    assert store.read == [11]


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ({"route": "/v1/token"}, {"route": "/v1/token"}),
        ({"method": "PUT"}, {"method": "PUT"}),
        ({"status": 404}, {"status": 404}),
        ({"token": "1token1token1tok"}, {"token_id": "1token1token1tok"}),
        ({"token": "mlsn.zzzz…zzzz"}, {"token_preview": "mlsn.zzzz…zzzz"}),
        ({"domain_id": "1domain1domain1d"}, {"domain_id": "1domain1domain1d"}),
        ({"method": "PUT", "status": 404}, {"method": "PUT", "status": 404}),
    ],
)
@pytest.mark.parametrize("spread", [1, 7, 300])
def test_a_filter_finds_all_that_it_means_and_nothing_else(filters, wanted, spread):
    calls = [logged(place, **(wanted if place % spread == 0 else {})) for place in range(1200)]
    found = pages(InMemoryCalls(calls), filters)

    assert [each for page in found for each in page] == [call.call_id for call in calls[::spread]]


def test_every_filter_has_to_be_met():
    store = InMemoryCalls([logged(1, method="PUT"), logged(2, status=404)])

    assert pages(store, {"method": "PUT", "status": 404}) == [[]]


def test_a_rare_filter_reads_a_bounded_piece_and_says_where_to_go_on():
    store = InMemoryCalls([logged(seconds) for seconds in range(MOST_READ + 500)])
    page = page_of(ACCOUNT, CallQuery(10, status=500), store, NOW)

    assert page.calls == ()
    assert page.following is not None
    assert sum(store.read) <= MOST_READ


def test_calls_of_more_than_a_week_ago_are_gone_even_if_they_are_still_kept():
    young, old = logged(WEEK - 1), logged(WEEK + 1)

    assert pages(InMemoryCalls([young, old]), {}) == [[young.call_id]]


def test_another_accounts_calls_are_not_there():
    assert pages(InMemoryCalls([logged(1, account_id="1account1account")]), {}) == [[]]
