"""The domains and claims tables where they are more than a store: races, faults in the middle, and what is in them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from letterhead import identifiers
from letterhead.adapters.tables.claims import ClaimItem, ClaimTable
from letterhead.adapters.tables.connection import connection
from letterhead.adapters.tables.domains import DomainItem, DomainTable
from letterhead.domains.domain import DomainExistsError, NameTakenError
from letterhead.unavailable import UnavailableError
from tests.fakes.sending_domains import NOW, claimed_domain, registered_domain

MINE, THEIRS = "0account0account", "1account1account"


def claims_of(registrable: str) -> dict[str, str]:
    """The names held under a registrable domain, with their holders."""
    return {
        ".".join(reversed(item.reversed_name.split("."))): item.account_id
        for item in ClaimItem.query(registrable, consistent_read=True)
        if not item.reversed_name.startswith("#")
    }


class RivalAtTheDoor(ClaimTable):
    """Claims that let somebody else act right after the look at who holds the name, once."""

    def __init__(self, act) -> None:
        super().__init__("ClaimsTable")
        self._act = act

    def held_by_another(self, domain):
        found = super().held_by_another(domain)
        if act := self._act:
            self._act = None
            act()
        return found


# --- races ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rival_name", ["mail.acme.com", "acme.com", "a.b.mail.acme.com"])
def test_of_two_accounts_that_claim_a_name_or_its_kin_at_once_exactly_one_wins(domain_table, rival_name):
    theirs = claimed_domain(rival_name, THEIRS)
    racing = DomainTable("DomainsTable", RivalAtTheDoor(lambda: domain_table.claim(theirs)))

    with pytest.raises(NameTakenError):
        racing.claim(claimed_domain("mail.acme.com", MINE))
    assert claims_of("acme.com") == {rival_name: THEIRS}
    assert list(domain_table.of_account(MINE)) == []


def test_two_accounts_that_claim_siblings_at_once_both_win(domain_table):
    racing = DomainTable(
        "DomainsTable", RivalAtTheDoor(lambda: domain_table.claim(claimed_domain("news.acme.com", THEIRS)))
    )
    racing.claim(claimed_domain("mail.acme.com", MINE))

    assert claims_of("acme.com") == {"news.acme.com": THEIRS, "mail.acme.com": MINE}


def test_an_account_that_claims_a_name_twice_at_once_has_it_once(domain_table):
    first = claimed_domain("mail.acme.com", MINE)
    racing = DomainTable("DomainsTable", RivalAtTheDoor(lambda: domain_table.claim(first)))

    with pytest.raises(DomainExistsError):
        racing.claim(replace(first, domain_id=identifiers.new_id(NOW)))
    assert list(domain_table.of_account(MINE)) == [first]


def test_a_claim_that_loses_every_race_gives_up_with_try_again(domain_table):
    siblings = iter(f"{number}.acme.com" for number in range(100))

    class Crowd(ClaimTable):
        def held_by_another(self, domain):
            found = super().held_by_another(domain)
            domain_table.claim(claimed_domain(next(siblings), THEIRS))
            return found

    with pytest.raises(UnavailableError):
        DomainTable("DomainsTable", Crowd("ClaimsTable")).claim(claimed_domain("mail.acme.com", MINE))
    assert list(domain_table.of_account(MINE)) == []
    assert MINE not in claims_of("acme.com").values()


def test_a_name_released_while_it_is_wanted_is_free_at_the_next_try(domain_table):
    theirs = claimed_domain("mail.acme.com", THEIRS)
    domain_table.claim(theirs)
    wanted = claimed_domain("mail.acme.com", MINE)

    with pytest.raises(NameTakenError):
        DomainTable("DomainsTable", RivalAtTheDoor(lambda: domain_table.release(theirs))).claim(wanted)
    domain_table.claim(wanted)
    assert claims_of("acme.com") == {"mail.acme.com": MINE}


# --- faults -----------------------------------------------------------------------------------------------------------


def nothing_half_made(table: DomainTable) -> None:
    """Every domain has its claim and every claim its domain."""
    domains = {domain.name for domain in table.of_account(MINE)}
    assert domains == set(claims_of("acme.com"))


@pytest.mark.parametrize("performed", [False, True])
@pytest.mark.parametrize("call", range(4))
def test_a_claim_that_stops_at_any_call_is_made_by_the_next_try(
    domain_table, dynamodb_faults, call, performed
):
    domain = claimed_domain("mail.acme.com", MINE)
    dynamodb_faults.break_call(call, performed=performed)
    with pytest.raises(UnavailableError):
        domain_table.claim(domain)
    dynamodb_faults.mend()

    nothing_half_made(domain_table)
    try:
        domain_table.claim(domain)
    except DomainExistsError:
        assert (call, performed) == (3, True)  # only the answer was lost
    nothing_half_made(domain_table)
    assert domain_table.by_name(MINE, "mail.acme.com") == domain


def test_a_claim_takes_the_calls_that_the_test_above_breaks(domain_table, dynamodb_faults):
    domain_table.claim(claimed_domain("mail.acme.com", MINE))

    assert dynamodb_faults.calls == ["GetItem", "BatchGetItem", "Query", "TransactWriteItems"]


@pytest.mark.parametrize("performed", [False, True])
def test_a_release_that_stops_is_finished_by_the_next_one(domain_table, dynamodb_faults, performed):
    domain = claimed_domain("mail.acme.com", MINE)
    domain_table.claim(domain)
    dynamodb_faults.break_call(0, performed=performed)
    with pytest.raises(UnavailableError):
        domain_table.release(domain)
    dynamodb_faults.mend()

    nothing_half_made(domain_table)
    domain_table.release(domain)
    assert claims_of("acme.com") == {}


@pytest.mark.parametrize("performed", [False, True])
def test_a_change_that_stops_can_be_made_again(domain_table, dynamodb_faults, performed):
    before = registered_domain("mail.acme.com", MINE)
    domain_table.claim(before)
    after = replace(before, can_send=True)
    dynamodb_faults.break_call(0, performed=performed)
    with pytest.raises(UnavailableError):
        domain_table.save(after, before=before)
    dynamodb_faults.mend()

    assert domain_table.save(after, before=before) == after


@pytest.mark.parametrize(
    "read",
    [
        lambda table: table.by_name(MINE, "mail.acme.com"),
        lambda table: table.by_id(MINE, "0domain0domain00"),
        lambda table: list(table.of_account(MINE)),
    ],
)
def test_a_table_that_does_not_answer_is_not_an_empty_one(domain_table, dynamodb_faults, read):
    dynamodb_faults.break_call(0)

    with pytest.raises(UnavailableError):
        read(domain_table)


# --- what it costs and what is kept -----------------------------------------------------------------------------------


def test_what_is_there_is_read_once_and_what_is_missing_twice(domain_table, dynamodb_faults):
    domain = claimed_domain("mail.acme.com", MINE)
    domain_table.claim(domain)
    dynamodb_faults.calls.clear()
    domain_table.by_name(MINE, "mail.acme.com")
    domain_table.by_id(MINE, domain.domain_id)
    assert dynamodb_faults.calls == ["GetItem", "Query"]

    dynamodb_faults.calls.clear()
    domain_table.by_name(MINE, "nobodys.com")
    domain_table.by_id(MINE, "0domain0domain00")
    assert dynamodb_faults.calls == ["GetItem", "GetItem", "Query", "Query"]


def test_storing_no_change_costs_no_call(domain_table, dynamodb_faults):
    domain = registered_domain("mail.acme.com", MINE)
    domain_table.claim(domain)
    dynamodb_faults.calls.clear()
    domain_table.save(domain, before=domain)

    assert dynamodb_faults.calls == []


def test_a_change_writes_what_changed_and_nothing_else(domain_table):
    before = registered_domain("mail.acme.com", MINE)
    domain_table.claim(before)
    other = replace(before, external_id="changed meanwhile")
    domain_table.save(other, before=before)

    after = domain_table.save(replace(before, can_send=True), before=before)
    assert (after.external_id, after.can_send) == ("changed meanwhile", True)


def test_every_claim_counts_up_its_guard(domain_table):
    claims = ClaimTable("ClaimsTable")
    assert claims.version("acme.com") == 0
    for number, name in enumerate(("a.acme.com", "b.acme.com", "acme.com"), start=1):
        domain_table.claim(claimed_domain(name, MINE))
        assert claims.version("acme.com") == number


def test_items_hold_no_empty_attributes_and_times_as_text(domain_table):
    domain_table.claim(claimed_domain("mail.acme.com", MINE))
    item = connection().get_item("DomainsTable", MINE, "mail.acme.com", consistent_read=True)["Item"]

    assert "external_id" not in item
    assert "checked_at" not in item
    assert item["created_at"] == {"S": "2026-06-14T09:00:00.000000Z"}
    assert set(item) <= set(DomainItem.get_attributes())
