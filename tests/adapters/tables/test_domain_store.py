"""What every `DomainStore`, `DomainReader` and `DomainList` promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead import identifiers
from letterhead.accounts.limits import LimitReachedError
from letterhead.domains.claims import CLAIM_LASTS, Claim, NameClaims, ViewOutdatedError
from letterhead.domains.domain import (
    CheckMark,
    DomainChangedError,
    DomainExistsError,
    DomainNotFoundError,
    Ownership,
    Registration,
)
from letterhead.domains.pages import DomainQuery
from letterhead.domains.ports import Added, Changed, Removed
from letterhead.domains.records import RecordPurpose, RecordStatus
from tests.fakes.sending_domains import NOW, claimed_domain, registered_domain
from tests.fakes.stored_domains import drop, put

MINE, THEIRS = "0account0account", "1account1account"
ALL_RIGHT = dict.fromkeys(RecordPurpose, RecordStatus.VERIFIED)


def test_what_is_claimed_is_found_by_name_by_id_and_in_the_list(domains):
    domain = put(domains, claimed_domain("mail.acme.com", MINE))

    assert domains.by_name(MINE, "mail.acme.com") == domain
    assert domains.now_by_name(MINE, "mail.acme.com") == domain
    assert domains.by_id(MINE, domain.domain_id) == domain
    assert list(domains.of_account(MINE)) == [domain]


def test_every_fact_of_a_domain_comes_back_as_it_went_in(domains):
    domain = registered_domain(
        "xn--bcher-kva.de",
        MINE,
        shown_name="bücher.de",
        ownership=Ownership.CONTESTED,
        proven_at=NOW + timedelta(days=1),
        lost_at=NOW + timedelta(days=2),
        version=7,
        statuses={RecordPurpose.DKIM_1: RecordStatus.VERIFIED, RecordPurpose.DMARC: RecordStatus.FAILED},
        once_verified=frozenset({RecordPurpose.DKIM_1, RecordPurpose.DMARC}),
        findings={RecordPurpose.DMARC: [{"code": "missing", "found": None, "more": {"ü": ["😀", 1, True]}}]},
        can_send=True,
        dkim_absences=2,
        dkim_absent_since=NOW + timedelta(microseconds=1),
        checked_at=NOW + timedelta(hours=1, microseconds=999_999),
        last_check=CheckMark(identifiers.new_id(NOW), "d" * 32),
        dkim_verified_at=NOW,
        external_id="client_domain_123",
        metadata={"ü": ["😀", 1, 1.5, -0.1, 10**30, None, True, "", {}, []], "": {"a": {"b": "\u2028"}}},
        settings={"send_paused": True, "track_unsubscribe_plain": "ü"},
    )
    put(domains, domain)

    assert domains.by_name(MINE, domain.name) == domain


def test_nothing_is_found_where_nothing_is(domains):
    assert domains.by_name(MINE, "acme.com") is None
    assert domains.now_by_name(MINE, "acme.com") is None
    assert domains.by_id(MINE, identifiers.new_id(NOW)) is None
    assert list(domains.of_account(MINE)) == []
    assert domains.page(MINE, DomainQuery()).domains == ()


def test_another_accounts_domain_is_not_found(domains):
    theirs = put(domains, claimed_domain("acme.com", THEIRS))

    assert domains.by_name(MINE, "acme.com") is None
    assert domains.by_id(MINE, theirs.domain_id) is None
    assert list(domains.of_account(MINE)) == []
    assert domains.page(MINE, DomainQuery()).total == 0


# --- views and what is settled on them ----------------------------------------------------------------------------------


def view(domains, name="mail.acme.com", account_id=MINE, registrable="acme.com"):
    return domains.view(account_id, name, registrable)


def test_a_name_that_nobody_claimed_has_no_claims(domains):
    assert view(domains).here == NameClaims()
    assert view(domains).kin == ()


def test_everything_about_a_name_comes_back_as_it_was_settled(domains):
    here = NameClaims(
        {
            MINE: Claim("0domain00domain0"),
            THEIRS: Claim("0domain00domain1", NOW + timedelta(days=3, microseconds=5)),
        },
        {"2account2account": NOW + timedelta(days=300)},
        frozenset({"3account3account"}),
    )
    domains.settle(view(domains), here, [])

    assert view(domains).here == here


@pytest.mark.parametrize(
    ("held", "wanted", "kin"),
    [
        ("mail.acme.com", "acme.com", True),
        ("mail.acme.com", "a.b.mail.acme.com", True),
        ("acme.com", "a.b.mail.acme.com", True),
        ("a.b.mail.acme.com", "acme.com", True),
        ("a.b.mail.acme.com", "b.mail.acme.com", True),
        ("mail.acme.com", "news.acme.com", False),
        ("mail.acme.com", "xmail.acme.com", False),
        ("mail.acme.com", "il.acme.com", False),
        ("mail.acme.com", "mail-2.acme.com", False),
        ("mail-2.acme.com", "mail.acme.com", False),
        ("mail.acme.com", "acme.com.mail.com", False),
    ],
)
def test_a_view_shows_the_names_above_and_below(domains, held, wanted, kin):
    put(domains, claimed_domain(held, THEIRS))
    registrable = ".".join(wanted.split(".")[-2:])
    seen = view(domains, wanted, registrable=registrable)

    assert [claims.claimed_by_others(MINE, NOW) for claims in seen.kin] == [True] * kin
    assert seen.here == NameClaims()


@pytest.mark.parametrize(
    ("registrable", "held", "wanted"),
    [
        ("acme.co.uk", "acme.co.uk", "mail.acme.co.uk"),
        ("client.github.io", "client.github.io", "a.client.github.io"),
    ],
)
def test_names_meet_under_their_registrable_domain(domains, registrable, held, wanted):
    put(domains, claimed_domain(held, THEIRS, registrable=registrable))

    assert view(domains, wanted, registrable=registrable).contest(MINE, NOW)


def test_two_domains_under_one_public_suffix_do_not_meet(domains):
    put(domains, claimed_domain("a.co.uk", THEIRS, registrable="a.co.uk"))

    assert view(domains, "b.co.uk", registrable="b.co.uk").contest(MINE, NOW) is None


def test_a_name_of_many_labels_is_seen_whole(domains):
    name = "a." * 102 + "acme.com"  # 105 labels: more than one batch of keys
    put(domains, claimed_domain("acme.com", THEIRS))

    assert view(domains, name).contest(MINE, NOW)


def test_an_accounts_own_names_contest_nothing(domains):
    for name in ("mail.acme.com", "acme.com", "a.b.mail.acme.com"):
        put(domains, claimed_domain(name, MINE))

    assert view(domains, "b.mail.acme.com").contest(MINE, NOW) is None


def test_an_account_that_has_left_is_no_kin_any_more(domains):
    theirs = put(domains, claimed_domain("acme.com", THEIRS))
    drop(domains, theirs)

    assert view(domains).contest(MINE, NOW) is None


def test_an_account_whose_claim_has_run_out_is_no_kin_any_more(domains):
    put(domains, claimed_domain("acme.com", THEIRS))
    put(domains, claimed_domain("mail.acme.com", MINE))

    assert view(domains).contest(MINE, NOW)
    assert view(domains).contest(MINE, NOW + CLAIM_LASTS) is None


@pytest.mark.parametrize("other", ["mail.acme.com", "acme.com", "news.acme.com"])
def test_what_is_decided_on_an_old_view_is_not_settled(domains, other):
    seen = view(domains)
    put(domains, claimed_domain(other, THEIRS))
    mine = claimed_domain("mail.acme.com", MINE)

    with pytest.raises(ViewOutdatedError):
        domains.settle(seen, seen.here.claimed(MINE, mine.domain_id, NOW), [Added(mine)])
    assert list(domains.of_account(MINE)) == []
    assert MINE not in view(domains).here.claims


def test_a_change_under_another_registrable_domain_outdates_nothing(domains):
    seen = view(domains)
    put(domains, claimed_domain("acme.net", THEIRS))
    mine = claimed_domain("mail.acme.com", MINE)
    domains.settle(seen, seen.here.claimed(MINE, mine.domain_id, NOW), [Added(mine)])

    assert domains.by_name(MINE, "mail.acme.com") == mine


def test_the_same_name_twice_is_refused_and_the_first_stays(domains):
    first = put(domains, claimed_domain("acme.com", MINE))

    with pytest.raises(DomainExistsError):
        put(domains, replace(first, domain_id=identifiers.new_id(NOW), created_at=NOW + timedelta(days=1)))
    assert list(domains.of_account(MINE)) == [first]


def test_an_account_has_no_more_domains_than_it_may(domains):
    put(domains, claimed_domain("a.com", MINE))
    second = claimed_domain("b.com", MINE)
    seen = view(domains, "b.com", registrable="b.com")
    here = seen.here.claimed(MINE, second.domain_id, NOW)

    with pytest.raises(LimitReachedError) as refused:
        domains.settle(seen, here, [Added(second, most=1)])
    assert refused.value.limit == 1
    domains.settle(seen, here, [Added(second, most=2)])
    assert domains.page(MINE, DomainQuery()).total == 2


def test_two_domains_change_together_or_not_at_all(domains):
    mine = put(domains, claimed_domain("acme.com", MINE))
    theirs = put(domains, claimed_domain("acme.com", THEIRS))
    seen = view(domains, "acme.com")
    moved = [Changed(mine, mine.proven(NOW)), Changed(theirs, theirs.lost(NOW, "new"))]
    stale = [moved[0], Changed(replace(theirs, version=9), theirs.lost(NOW, "new"))]

    with pytest.raises(DomainChangedError):
        domains.settle(seen, seen.here, stale)
    assert domains.by_name(MINE, "acme.com") == mine
    domains.settle(seen, seen.here, moved)
    assert domains.by_name(MINE, "acme.com") == mine.proven(NOW)
    assert domains.by_name(THEIRS, "acme.com") == theirs.lost(NOW, "new")


def test_what_has_been_deleted_is_neither_changed_nor_removed(domains):
    domain = put(domains, claimed_domain("acme.com", MINE))
    drop(domains, domain)
    seen = view(domains, "acme.com")

    for change in (Changed(domain, domain.left(NOW)), Removed(domain)):
        with pytest.raises(DomainNotFoundError):
            domains.settle(seen, seen.here, [change])
    assert list(domains.of_account(MINE)) == []


def test_removing_what_has_been_registered_anew_leaves_it(domains):
    old = put(domains, claimed_domain("acme.com", MINE))
    drop(domains, old)
    new = put(domains, replace(old, domain_id=identifiers.new_id(NOW + timedelta(days=1))))

    with pytest.raises(DomainNotFoundError):
        drop(domains, old)
    assert domains.by_name(MINE, "acme.com") == new


# --- changes ----------------------------------------------------------------------------------------------------------


def test_what_changed_is_stored_and_answered(domains):
    before = put(domains, claimed_domain("acme.com", MINE))
    after = replace(
        before,
        registration=Registration.COMPLETE,
        dkim_tokens=("a", "b", "c"),
        signing_hosted_zone="dkim.amazonses.com",
        statuses={RecordPurpose.DMARC: RecordStatus.VERIFIED},
        findings={RecordPurpose.DKIM_1: [{"code": "missing"}]},
        checked_at=NOW + timedelta(hours=1),
        last_check=CheckMark("0check0000check0", "digest"),
        settings={"send_paused": True},
        updated_at=NOW + timedelta(hours=1),
    )

    assert domains.save(after, before=before) == after
    assert domains.by_name(MINE, "acme.com") == after


def test_what_is_no_longer_so_is_forgotten(domains):
    before = put(
        domains,
        registered_domain(
            "acme.com",
            MINE,
            dkim_verified_at=NOW,
            dkim_absent_since=NOW,
            lost_at=NOW,
            findings={RecordPurpose.DMARC: [{}]},
            settings={"send_paused": True},
        ),
    )
    after = replace(
        before, dkim_verified_at=None, dkim_absent_since=None, lost_at=None, findings={}, settings={}
    )
    domains.save(after, before=before)

    assert domains.by_name(MINE, "acme.com") == after


def test_storing_no_change_changes_nothing(domains):
    domain = put(domains, registered_domain("acme.com", MINE))

    assert domains.save(domain, before=domain) == domain
    assert domains.by_name(MINE, "acme.com") == domain


def test_a_change_of_what_has_been_deleted_is_refused_and_makes_nothing(domains):
    domain = put(domains, registered_domain("acme.com", MINE))
    drop(domains, domain)

    for after in (replace(domain, can_send=True), replace(domain, statuses=ALL_RIGHT)):
        with pytest.raises(DomainNotFoundError):
            domains.save(after, before=domain)
    assert list(domains.of_account(MINE)) == []


def test_a_change_of_what_has_been_registered_anew_is_refused(domains):
    old = put(domains, registered_domain("acme.com", MINE))
    drop(domains, old)
    new = put(domains, replace(old, domain_id=identifiers.new_id(NOW + timedelta(days=1))))

    with pytest.raises(DomainNotFoundError):
        domains.save(replace(old, can_send=True), before=old)
    assert domains.by_name(MINE, "acme.com") == new


@pytest.mark.parametrize("after", [{"can_send": True}, {"statuses": ALL_RIGHT}])
def test_a_change_of_what_has_another_version_by_now_is_refused(domains, after):
    before = put(domains, registered_domain("acme.com", MINE))
    lost = domains.save(before.lost(NOW, "new"), before=before)

    with pytest.raises(DomainChangedError):
        domains.save(replace(before, **after), before=before)
    assert domains.by_name(MINE, "acme.com") == lost


# --- lists ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def many(domains):
    """Twenty-three domains; every third is verified."""
    made = [
        registered_domain(
            f"d{number}.com",
            MINE,
            domain_id=identifiers.new_id(NOW + timedelta(seconds=number)),
            statuses=ALL_RIGHT if number % 3 == 0 else {},
            external_id=f"client-{number % 4}" if number % 2 else None,
        )
        for number in range(23)
    ]
    for domain in made[::2] + made[1::2]:
        put(domains, domain)
    put(domains, registered_domain("theirs.com", THEIRS, external_id="client-1"))
    return made


def test_a_list_is_newest_first_page_by_page(domains, many):
    newest_first = tuple(reversed(many))
    pages = [domains.page(MINE, DomainQuery(number, 10)) for number in (1, 2, 3, 4)]

    assert [page.domains for page in pages] == [newest_first[:10], newest_first[10:20], newest_first[20:], ()]
    assert {page.total for page in pages} == {23}


def test_a_list_can_be_oldest_first(domains, many):
    first = domains.page(MINE, DomainQuery(size=20, newest_first=False, counted=False))
    after = first.domains[-1].domain_id
    second = domains.page(MINE, DomainQuery(size=20, newest_first=False, counted=False, after=after))

    assert first.domains + second.domains == tuple(many)
    assert (first.total, first.is_full, second.is_full) == (None, True, False)


def test_a_page_whose_predecessor_is_known_is_the_same_page(domains, many):
    for verified in (None, True, False):
        first = domains.page(MINE, DomainQuery(1, 5, verified=verified))
        asked = DomainQuery(2, 5, verified=verified)
        followed = replace(asked, after=first.domains[-1].domain_id)
        assert domains.page(MINE, followed).domains == domains.page(MINE, asked).domains


@pytest.mark.parametrize("verified", [True, False])
def test_a_list_can_be_of_the_verified_or_of_the_others(domains, many, verified):
    wanted = tuple(domain for domain in reversed(many) if domain.is_verified is verified)
    page = domains.page(MINE, DomainQuery(1, 100, verified=verified))

    assert (page.domains, page.total) == (wanted, len(wanted))


def test_a_domain_that_becomes_verified_changes_the_list(domains, many):
    before = many[1]
    after = domains.save(replace(before, statuses=ALL_RIGHT), before=before)
    verified = domains.page(MINE, DomainQuery(1, 100, verified=True))

    assert after in verified.domains
    assert verified.total == len(verified.domains) == 9
    assert domains.page(MINE, DomainQuery(1, 100, verified=False)).total == 14


def test_a_list_can_be_of_one_external_id(domains, many):
    wanted = tuple(domain for domain in many if domain.external_id == "client-1")
    page = domains.page(MINE, DomainQuery(size=100, newest_first=False, external_id="client-1"))

    assert page.domains == wanted
    assert domains.page(MINE, DomainQuery(external_id="nobody")).domains == ()


def test_a_domain_that_is_being_deleted_is_in_no_list(domains, many):
    leaving, verified = many[1], many[3]
    for domain in (leaving, verified):
        domains.save(domain.left(NOW), before=domain)

    for query, count in [
        (DomainQuery(1, 100), 21),
        (DomainQuery(1, 100, verified=True), 7),
        (DomainQuery(1, 100, verified=False), 14),
    ]:
        page = domains.page(MINE, query)
        assert page.total == len(page.domains) == count
    found = domains.page(MINE, DomainQuery(external_id="client-1")).domains
    assert leaving.domain_id not in {domain.domain_id for domain in found}
    assert {leaving.domain_id, verified.domain_id} < {one.domain_id for one in domains.of_account(MINE)}
    drop(domains, domains.by_name(MINE, leaving.name))
    assert domains.page(MINE, DomainQuery(1, 100)).total == 21
