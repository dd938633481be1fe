"""What every `DomainStore` and `DomainReader` promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead import identifiers
from letterhead.domains.domain import (
    DomainExistsError,
    DomainNotFoundError,
    NameTakenError,
    Registration,
)
from letterhead.domains.records import RecordPurpose, RecordStatus
from tests.fakes.sending_domains import NOW, claimed_domain, registered_domain

MINE, THEIRS = "0account0account", "1account1account"


def test_what_is_claimed_is_found_by_name_by_id_and_in_the_list(domains):
    domain = claimed_domain("mail.acme.com", MINE)
    domains.claim(domain)

    assert domains.by_name(MINE, "mail.acme.com") == domain
    assert domains.by_id(MINE, domain.domain_id) == domain
    assert list(domains.of_account(MINE)) == [domain]


def test_every_fact_of_a_domain_comes_back_as_it_went_in(domains):
    domain = registered_domain(
        "xn--bcher-kva.de",
        MINE,
        shown_name="bücher.de",
        statuses={RecordPurpose.DKIM_1: RecordStatus.VERIFIED, RecordPurpose.DMARC: RecordStatus.FAILED},
        once_verified=frozenset({RecordPurpose.DKIM_1, RecordPurpose.DMARC}),
        can_send=True,
        dkim_absences=2,
        dkim_absent_since=NOW + timedelta(microseconds=1),
        checked_at=NOW + timedelta(hours=1, microseconds=999_999),
        dkim_verified_at=NOW,
        external_id="client_domain_123",
        metadata={"ü": ["😀", 1, 1.5, -0.1, 10**30, None, True, "", {}, []], "": {"a": {"b": "\u2028"}}},
    )
    domains.claim(domain)

    assert domains.by_name(MINE, domain.name) == domain


def test_nothing_is_found_where_nothing_is(domains):
    assert domains.by_name(MINE, "acme.com") is None
    assert domains.by_id(MINE, identifiers.new_id(NOW)) is None
    assert list(domains.of_account(MINE)) == []


def test_another_accounts_domain_is_not_found(domains):
    theirs = claimed_domain("acme.com", THEIRS)
    domains.claim(theirs)

    assert domains.by_name(MINE, "acme.com") is None
    assert domains.by_id(MINE, theirs.domain_id) is None
    assert list(domains.of_account(MINE)) == []


def test_a_list_is_in_the_order_of_registration(domains):
    made = [
        claimed_domain(f"{letter}.com", MINE, domain_id=identifiers.new_id(NOW + timedelta(seconds=number)))
        for number, letter in enumerate("zayb")
    ]
    for domain in (made[2], made[0], made[3], made[1]):
        domains.claim(domain)

    assert list(domains.of_account(MINE)) == made


# --- claims -----------------------------------------------------------------------------------------------------------


def test_the_same_name_twice_is_refused_and_the_first_stays(domains):
    first = claimed_domain("acme.com", MINE)
    domains.claim(first)

    with pytest.raises(DomainExistsError):
        domains.claim(replace(first, domain_id=identifiers.new_id(NOW), created_at=NOW + timedelta(days=1)))
    assert list(domains.of_account(MINE)) == [first]


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        ("mail.acme.com", "mail.acme.com"),
        ("mail.acme.com", "acme.com"),
        ("mail.acme.com", "a.b.mail.acme.com"),
        ("acme.com", "a.b.mail.acme.com"),
        ("a.b.mail.acme.com", "acme.com"),
        ("a.b.mail.acme.com", "b.mail.acme.com"),
    ],
)
def test_a_name_at_above_or_below_another_accounts_is_taken(domains, held, wanted):
    theirs = claimed_domain(held, THEIRS)
    domains.claim(theirs)

    with pytest.raises(NameTakenError):
        domains.claim(claimed_domain(wanted, MINE))
    assert list(domains.of_account(MINE)) == []
    assert list(domains.of_account(THEIRS)) == [theirs]


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        ("mail.acme.com", "news.acme.com"),
        ("mail.acme.com", "xmail.acme.com"),
        ("mail.acme.com", "il.acme.com"),
        ("acme.com", "acme.net"),
        ("acme.com", "xacme.com"),
        ("mail.acme.com", "mail-2.acme.com"),
        ("mail.acme.com", "acme.com.mail.com"),
    ],
)
def test_a_name_that_only_looks_alike_is_free(domains, held, wanted):
    domains.claim(claimed_domain(held, THEIRS))
    domains.claim(claimed_domain(wanted, MINE))

    assert domains.by_name(MINE, wanted)


def test_an_account_may_hold_names_above_and_below_its_own(domains):
    for name in ("mail.acme.com", "acme.com", "a.b.mail.acme.com"):
        domains.claim(claimed_domain(name, MINE))

    assert len(list(domains.of_account(MINE))) == 3


@pytest.mark.parametrize(
    ("registrable", "held", "wanted"),
    [
        ("acme.co.uk", "acme.co.uk", "mail.acme.co.uk"),
        ("client.github.io", "client.github.io", "a.client.github.io"),
    ],
)
def test_names_meet_under_their_registrable_domain(domains, registrable, held, wanted):
    domains.claim(claimed_domain(held, THEIRS, registrable=registrable))
    with pytest.raises(NameTakenError):
        domains.claim(claimed_domain(wanted, MINE, registrable=registrable))


def test_two_domains_under_one_public_suffix_do_not_meet(domains):
    domains.claim(claimed_domain("a.co.uk", THEIRS, registrable="a.co.uk"))
    domains.claim(claimed_domain("b.co.uk", MINE, registrable="b.co.uk"))

    assert domains.by_name(MINE, "b.co.uk")


def test_a_name_of_many_labels_can_be_claimed(domains):
    name = "a." * 102 + "acme.com"  # 105 labels: more than one batch of keys
    domains.claim(claimed_domain(name, MINE))
    with pytest.raises(NameTakenError):
        domains.claim(claimed_domain(name, THEIRS))


# --- changes ----------------------------------------------------------------------------------------------------------


def test_what_changed_is_stored_and_answered(domains):
    before = claimed_domain("acme.com", MINE)
    domains.claim(before)
    after = replace(
        before,
        registration=Registration.COMPLETE,
        dkim_tokens=("a", "b", "c"),
        signing_hosted_zone="dkim.amazonses.com",
        statuses={RecordPurpose.DMARC: RecordStatus.VERIFIED},
        checked_at=NOW + timedelta(hours=1),
        updated_at=NOW + timedelta(hours=1),
    )

    assert domains.save(after, before=before) == after
    assert domains.by_name(MINE, "acme.com") == after


def test_what_is_no_longer_so_is_forgotten(domains):
    before = registered_domain(
        "acme.com", MINE, dkim_verified_at=NOW, dkim_absent_since=NOW, external_id="x", metadata={"a": 1}
    )
    domains.claim(before)
    after = replace(before, dkim_verified_at=None, dkim_absent_since=None, external_id=None, metadata={})
    domains.save(after, before=before)

    assert domains.by_name(MINE, "acme.com") == after


def test_storing_no_change_changes_nothing(domains):
    domain = registered_domain("acme.com", MINE)
    domains.claim(domain)

    assert domains.save(domain, before=domain) == domain
    assert domains.by_name(MINE, "acme.com") == domain


def test_a_change_of_what_has_been_deleted_is_refused_and_makes_nothing(domains):
    domain = registered_domain("acme.com", MINE)
    domains.claim(domain)
    domains.release(domain)

    with pytest.raises(DomainNotFoundError):
        domains.save(replace(domain, can_send=True), before=domain)
    assert list(domains.of_account(MINE)) == []


def test_a_change_of_what_has_been_registered_anew_is_refused(domains):
    old = registered_domain("acme.com", MINE)
    domains.claim(old)
    domains.release(old)
    new = replace(old, domain_id=identifiers.new_id(NOW + timedelta(days=1)))
    domains.claim(new)

    with pytest.raises(DomainNotFoundError):
        domains.save(replace(old, can_send=True), before=old)
    assert domains.by_name(MINE, "acme.com") == new


# --- release ----------------------------------------------------------------------------------------------------------


def test_a_released_name_is_free_for_everybody(domains):
    domain = claimed_domain("acme.com", MINE)
    domains.claim(domain)
    domains.release(domain)

    assert domains.by_name(MINE, "acme.com") is None
    theirs = claimed_domain("mail.acme.com", THEIRS)
    domains.claim(theirs)
    assert domains.by_name(THEIRS, "mail.acme.com") == theirs


def test_releasing_twice_is_once(domains):
    domain = claimed_domain("acme.com", MINE)
    domains.claim(domain)
    domains.release(domain)
    domains.release(domain)

    assert list(domains.of_account(MINE)) == []


def test_releasing_what_has_been_registered_anew_leaves_it(domains):
    old = claimed_domain("acme.com", MINE)
    domains.claim(old)
    domains.release(old)
    new = replace(old, domain_id=identifiers.new_id(NOW + timedelta(days=1)))
    domains.claim(new)
    domains.release(old)

    assert domains.by_name(MINE, "acme.com") == new
    with pytest.raises(NameTakenError):
        domains.claim(claimed_domain("acme.com", THEIRS))
