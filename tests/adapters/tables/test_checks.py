"""The checks table and its in-memory fake: one contract, and what the table's reads and writes cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead import identifiers
from letterhead.adapters.tables.checks import CheckItem, CheckTable
from letterhead.adapters.tables.connection import connection
from letterhead.domains.history import KEPT, CheckEntry, HistoryPage
from letterhead.unavailable import UnavailableError
from tests.capacity_meter import metered
from tests.fakes.check_history import InMemoryHistory
from tests.fakes.sending_domains import NOW, registered_domain

DOMAIN, OTHER = "0domain00domain0", "0domain00domain1"


@pytest.fixture(params=["in memory", "in DynamoDB"])
def history(request):
    if request.param == "in memory":
        return InMemoryHistory()
    request.getfixturevalue("tables")
    return CheckTable("ChecksTable")


def entry(number: int = 0, domain_id: str = DOMAIN, **facts) -> CheckEntry:
    moment = NOW + timedelta(hours=number, microseconds=7)
    return CheckEntry(
        domain_id, identifiers.new_id(moment), moment, moment, facts={"number": number, **facts}
    )


def page(history, size=25, after=None, now=NOW, domain_id=DOMAIN):
    return history.page(domain_id, size=size, after=after, now=now)


def test_an_entry_comes_back_as_it_was_kept(history):
    whole = entry(facts={"ü": ["😀", None, True, 1.5, {"deep": []}]})
    history.add(whole)

    assert page(history) == HistoryPage((whole,), None)


def test_a_domain_without_checks_has_an_empty_history(history):
    history.add(entry(domain_id=OTHER))

    assert page(history) == HistoryPage((), None)


def test_the_newest_come_first_page_by_page(history):
    made = [entry(number) for number in range(7)]
    for one in made:
        history.add(one)
    found, after = [], None
    for size in (3, 3, 3):
        part = page(history, size, after)
        found += part.entries
        after = part.after

    assert found == made[::-1]
    assert after is None
    assert page(history, 7).after is None


def test_extending_counts_and_moves_the_end(history):
    first = entry()
    history.add(first)
    later = NOW + timedelta(days=3)

    assert history.extend(DOMAIN, first.check_id, later)
    assert history.extend(DOMAIN, first.check_id, later)
    assert page(history).entries == (replace(first, last_at=later, checks=3),)


def test_what_is_not_there_cannot_be_extended(history):
    assert not history.extend(DOMAIN, identifiers.new_id(NOW), NOW)
    assert page(history) == HistoryPage((), None)


def test_an_entry_is_kept_thirteen_months_after_its_last_check(history):
    old, extended = entry(0), entry(1)
    history.add(old)
    history.add(extended)
    history.extend(DOMAIN, extended.check_id, NOW + timedelta(days=30))

    assert len(page(history, now=NOW + KEPT - timedelta(hours=1)).entries) == 2
    assert [one.check_id for one in page(history, now=NOW + KEPT + timedelta(days=1)).entries] == [
        extended.check_id
    ]
    assert page(history, now=NOW + KEPT + timedelta(days=31)).entries == ()


# --- the table alone --------------------------------------------------------------------------------------------------


def ordinary_facts() -> dict[str, object]:
    """What a check of a healthy domain finds."""
    records = registered_domain(
        "mail.bookshelf-and-more.com", dkim_tokens=("a" * 32, "b" * 32, "c" * 32)
    ).records()
    return {
        "results": [
            {
                "record": record.purpose,
                "type": record.type,
                "name": record.name,
                "status": "verified",
                "seen": "right",
                "detail": None,
                "findings": [],
            }
            for record in records
        ],
        "questions": [
            {
                "name": record.name,
                "type": record.type,
                "zone": "bookshelf-and-more.com",
                "server": "ns-1234.awsdns-26.org (205.251.196.210)",
                "aliases": [],
                "answer": "present",
                "values": [record.value],
                "ttl": 3600,
                "witness": "authority",
            }
            for record in records
        ],
        "provider": {"dkim": "success", "mail_from": "success", "sending": True},
        "ownership": {"status": "held", "challenge": None},
    }


@pytest.fixture
def table(tables):
    return CheckTable("ChecksTable")


def test_extending_an_ordinary_entry_costs_one_write_unit(table):
    first = entry(**ordinary_facts())
    table.add(first)
    with metered(connection().client) as meter:
        table.extend(DOMAIN, first.check_id, NOW + timedelta(hours=6))

    assert (meter.write_units(), meter.read_units()) == (1, 0)


def test_dynamodb_may_drop_an_entry_thirteen_months_after_its_last_check(table):
    table.add(entry())
    (item,) = CheckItem.query(DOMAIN)
    assert item.forget_at == int((NOW + KEPT).timestamp())


def test_a_table_that_does_not_answer_is_unavailable(table, dynamodb_faults):
    for act in (lambda: table.add(entry()), lambda: table.extend(DOMAIN, "0check0000check0", NOW)):
        dynamodb_faults.break_call(0)
        with pytest.raises(UnavailableError):
            act()
