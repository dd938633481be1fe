"""The domains and claims tables where they are more than a store: races, faults, what is in them, what they cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from letterhead import identifiers
from letterhead.adapters.tables.claims import ClaimItem
from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.domain_items import DomainItem
from letterhead.adapters.tables.domains import COUNT
from letterhead.domains.claims import CLAIM_LASTS, MEMORY_LASTS, ViewOutdatedError
from letterhead.domains.domain import CheckMark, DomainExistsError, DomainNotFoundError
from letterhead.domains.pages import DomainQuery
from letterhead.domains.ports import Added, Changed
from letterhead.domains.records import RecordPurpose, RecordStatus
from letterhead.messages.warm_up import WarmUp
from letterhead.unavailable import UnavailableError
from tests.capacity_meter import metered
from tests.fakes.domain_store import InMemoryDomains
from tests.fakes.sending_domains import NOW, claimed_domain, registered_domain
from tests.fakes.stored_domains import drop, put

MINE, THEIRS = "0account0account", "1account1account"
ALL_RIGHT = dict.fromkeys(RecordPurpose, RecordStatus.VERIFIED)
FINDING = {
    "code": "missing",
    "blocking": True,
    "message": "No TXT record found at _dmarc.mail.acme.com yet.",
    "expected": "v=DMARC1; p=none; rua=mailto:dmarc@mail.acme.com",
    "found": None,
    "fix": {
        "sentence": "Add the record.",
        "type": "TXT",
        "host": "_dmarc.mail",
        "name": "_dmarc.mail.acme.com",
    },
    "more": {"meaning": "Nothing is published under this name.", "source": "RFC 9989 section 4"},
}


@pytest.fixture
def meter(domain_table):
    with metered(connection().client) as counted:
        yield counted


def full_domain(number: int = 0, **changes):
    """A domain as large as they come in practice."""
    facts = {
        "domain_id": identifiers.new_id(NOW + timedelta(seconds=number)),
        "dkim_tokens": tuple(letter * 32 for letter in "abc"),
        "statuses": ALL_RIGHT,
        "once_verified": frozenset(RecordPurpose),
        "checked_at": NOW,
        "last_check": CheckMark("0check0000check0", "d" * 32),
        "dkim_verified_at": NOW,
        "can_send": True,
    }
    return registered_domain(f"mail{number}.bookshelf-and-more.com", MINE, **(facts | changes))


# --- what is in them --------------------------------------------------------------------------------------------------


def test_names_lie_reversed_under_their_registrable_domain_with_one_guard(domain_table):
    put(domain_table, claimed_domain("mail.acme.com", MINE))
    put(domain_table, claimed_domain("acme.com", MINE))
    items = list(ClaimItem.query("acme.com", consistent_read=True))

    assert [item.reversed_name for item in items] == ["#guard", "com.acme", "com.acme.mail"]
    assert (items[0].version, items[0].accounts) == (2, {MINE: 2})


def test_a_claim_that_runs_out_is_dropped_by_the_table_when_nobody_needs_it_any_more(domain_table):
    put(domain_table, claimed_domain("mail.acme.com", MINE))
    pending = ClaimItem.get("acme.com", "com.acme.mail")
    assert NOW + timedelta(seconds=pending.forget_at - NOW.timestamp()) >= NOW + CLAIM_LASTS

    held = put(domain_table, registered_domain("held.acme.com", MINE))
    assert ClaimItem.get("acme.com", "com.acme.held").forget_at is None
    drop(domain_table, held)
    assert ClaimItem.get("acme.com", "com.acme.held").forget_at == pytest.approx(
        (NOW + MEMORY_LASTS).timestamp(), abs=2
    )


def test_a_name_of_which_nothing_is_left_is_no_item(domain_table):
    drop(domain_table, put(domain_table, claimed_domain("mail.acme.com", MINE)))
    items = list(ClaimItem.query("acme.com", consistent_read=True))

    assert [(item.reversed_name, item.accounts) for item in items] == [("#guard", {})]


def test_the_count_is_one_item_in_no_index(domain_table):
    put(domain_table, full_domain())
    count = DomainItem.get(MINE, COUNT)

    assert (count.total, count.verified) == (1, 1)
    assert len(list(DomainItem.by_id.query(MINE))) == 1
    assert len(list(DomainItem.by_verification.query(MINE))) == 1


def test_a_view_of_another_store_is_refused(domain_table):
    domain = claimed_domain("mail.acme.com", MINE)
    view = InMemoryDomains().view(MINE, domain.name, domain.registrable)
    with pytest.raises(TypeError):
        domain_table.settle(view, view.here, [Added(domain)])


def test_the_longest_external_id_fits_its_index(domain_table):
    longest = claimed_domain("acme.com", MINE, external_id="😀" * 255)  # 1,020 bytes; a sort key has 1,024
    put(domain_table, longest)

    assert domain_table.page(MINE, DomainQuery(external_id="😀" * 255)).domains == (longest,)


# --- faults -----------------------------------------------------------------------------------------------------------


def nothing_half_made(table) -> None:
    """Every domain has its claim, every claim its domain, and the count is right."""
    domains = {domain.name for domain in table.of_account(MINE)}
    claims = {
        ".".join(reversed(item.reversed_name.split(".")))
        for item in ClaimItem.query("acme.com", consistent_read=True)
        if item.claims and MINE in item.claims
    }
    assert domains == claims
    assert table.page(MINE, DomainQuery()).total == len(domains)


@pytest.mark.parametrize("performed", [False, True])
@pytest.mark.parametrize("call", range(3))
def test_a_claim_that_stops_at_any_call_is_made_by_the_next_try(
    domain_table, dynamodb_faults, call, performed
):
    domain = claimed_domain("mail.acme.com", MINE)
    dynamodb_faults.break_call(call, performed=performed)
    with pytest.raises(UnavailableError):
        put(domain_table, domain)
    dynamodb_faults.mend()

    nothing_half_made(domain_table)
    try:
        put(domain_table, domain)
    except DomainExistsError:
        assert (call, performed) == (2, True)  # only the answer was lost
    nothing_half_made(domain_table)
    assert domain_table.by_name(MINE, "mail.acme.com") == domain


def test_a_claim_takes_the_calls_that_the_test_above_breaks(domain_table, dynamodb_faults):
    put(domain_table, claimed_domain("mail.acme.com", MINE))

    assert dynamodb_faults.calls == ["GetItem", "GetItem", "TransactWriteItems"]


@pytest.mark.parametrize("performed", [False, True])
def test_a_removal_that_stops_is_finished_by_the_next_one(domain_table, dynamodb_faults, performed):
    domain = put(domain_table, claimed_domain("mail.acme.com", MINE))
    dynamodb_faults.break_call(2, performed=performed)
    with pytest.raises(UnavailableError):
        drop(domain_table, domain)
    dynamodb_faults.mend()

    nothing_half_made(domain_table)
    if performed:
        with pytest.raises(DomainNotFoundError):
            drop(domain_table, domain)
    else:
        drop(domain_table, domain)
    nothing_half_made(domain_table)


@pytest.mark.parametrize("performed", [False, True])
@pytest.mark.parametrize("after", [{"checked_at": NOW}, {"statuses": ALL_RIGHT}])
def test_a_change_that_stops_can_be_made_again(domain_table, dynamodb_faults, performed, after):
    before = put(domain_table, registered_domain("mail.acme.com", MINE))
    dynamodb_faults.break_call(0, performed=performed)
    with pytest.raises(UnavailableError):
        domain_table.save(replace(before, **after), before=before)
    dynamodb_faults.mend()

    kept = domain_table.now_by_name(MINE, "mail.acme.com")
    domain_table.save(replace(before, **after), before=kept)
    assert domain_table.now_by_name(MINE, "mail.acme.com") == replace(before, **after)
    assert domain_table.page(MINE, DomainQuery(verified=True)).total == int("statuses" in after)


def test_of_two_settlements_on_one_view_the_second_writes_nothing(domain_table):
    mine = put(domain_table, claimed_domain("acme.com", MINE))
    theirs = put(domain_table, claimed_domain("acme.com", THEIRS))
    seen = domain_table.view(MINE, "acme.com", "acme.com")
    domain_table.settle(seen, seen.here.held_by(MINE, mine.domain_id, NOW), [Changed(mine, mine.proven(NOW))])

    with pytest.raises(ViewOutdatedError):
        domain_table.settle(
            seen, seen.here.held_by(THEIRS, theirs.domain_id, NOW), [Changed(theirs, theirs.proven(NOW))]
        )
    assert domain_table.by_name(THEIRS, "acme.com") == theirs
    assert domain_table.view(MINE, "acme.com", "acme.com").here.holder == MINE


# --- what it costs (DESIGN section 8) ---------------------------------------------------------------------------------


@pytest.mark.parametrize("find", ["by_name", "by_id"])
def test_getting_one_costs_half_a_read_unit(domain_table, meter, find):
    trouble = {purpose: [FINDING] for purpose in RecordPurpose}
    domain = put(
        domain_table,
        full_domain(external_id="client_domain_123", metadata={"client": "x" * 500}, findings=trouble),
    )
    meter.reset()
    key = domain.name if find == "by_name" else domain.domain_id

    assert getattr(domain_table, find)(MINE, key) == domain
    assert meter.read_units() == 0.5


def test_a_small_change_costs_one_write_for_the_domain_and_one_for_each_index_that_holds_it_whole(
    domain_table, meter
):
    before = put(domain_table, full_domain())
    meter.reset()
    domain_table.save(replace(before, checked_at=NOW + timedelta(hours=1)), before=before)

    assert meter.operations("UpdateItem") == 1
    assert meter.write_units() == 6  # 1.2 KB, in the table and in two indexes


def test_looking_at_a_name_costs_two_reads_however_many_names_the_account_has_there(domain_table, meter):
    for number in range(40):
        put(domain_table, claimed_domain(f"d{number}.acme.com", MINE))
    meter.reset()
    domain_table.view(MINE, "acme.com", "acme.com")

    assert (meter.read_units(), meter.operations("Query")) == (2, 0)


def test_a_page_of_25_costs_by_the_page_however_many_there_are(domain_table):
    for number in range(60):
        put(domain_table, full_domain(number, statuses=ALL_RIGHT if number % 2 else {}))
    with metered(connection().client) as meter:
        for verified, most in ((None, 6), (True, 14), (False, 14)):
            meter.reset()
            page = domain_table.page(MINE, DomainQuery(1, 25, verified=verified))
            assert len(page.domains) == 25
            assert meter.operations("Query") == 1
            assert meter.read_units() <= most


def test_a_page_behind_the_last_costs_its_count_alone(domain_table, meter):
    put(domain_table, full_domain())
    meter.reset()

    assert domain_table.page(MINE, DomainQuery(999, 100)).domains == ()
    assert meter.read_units() == 0.5


def test_where_a_warm_up_stands_is_noted_once_a_day_and_outlives_changes(domain_table):
    domain = put(domain_table, registered_domain("acme.com", MINE))
    domain_table.note_warm_up(domain, WarmUp(200, date(2026, 6, 15)))
    for late in (WarmUp(400, date(2026, 6, 15)), WarmUp(100, date(2026, 6, 14))):
        domain_table.note_warm_up(domain, late)
    assert domain_table.by_name(MINE, "acme.com").warm_up == WarmUp(200, date(2026, 6, 15))
    domain_table.save(replace(domain, can_send=True), before=domain)
    kept = domain_table.by_id(MINE, domain.domain_id)
    assert (kept.can_send, kept.warm_up) == (True, WarmUp(200, date(2026, 6, 15)))
    domain_table.note_warm_up(domain, WarmUp(None, date(2026, 6, 16)))
    assert domain_table.by_name(MINE, "acme.com").warm_up.is_over


def test_a_domain_that_is_gone_or_another_gets_no_warm_up(domain_table):
    domain = registered_domain("acme.com", MINE)
    domain_table.note_warm_up(domain, WarmUp(200, date(2026, 6, 15)))
    assert domain_table.by_name(MINE, "acme.com") is None
    other = put(domain_table, registered_domain("acme.com", MINE, domain_id=identifiers.new_id(NOW)))
    domain_table.note_warm_up(replace(other, domain_id="0gone00gone00gon"), WarmUp(200, date(2026, 6, 15)))
    assert domain_table.by_name(MINE, "acme.com").warm_up is None
