"""Who has a name: every change of its claims, and for whom it is contested then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.domains.claims import CLAIM_LASTS, MEMORY_LASTS, Claim, Contest, NameClaims, NameView
from tests.fakes.sending_domains import NOW

A, B, C = "0account0account", "1account1account", "2account2account"
DAY = timedelta(days=1)
NOBODY = NameClaims()


def test_a_name_without_claims_is_contested_for_nobody():
    assert NOBODY.contest(A, NOW) is None
    assert NOBODY.holder is None
    assert NOBODY.forgotten_at() is None


@pytest.mark.parametrize(
    ("claims", "contest"),
    [
        (NOBODY.claimed(B, "b", NOW), Contest.CLAIMED_BY_ANOTHER),
        (NOBODY.held_by(B, "b", NOW), Contest.HELD_BY_ANOTHER),
        (NOBODY.held_by(B, "b", NOW).deleted(B, "b", NOW), Contest.HELD_BEFORE),
        (NOBODY.held_by(A, "a", NOW).released(NOW), Contest.TAKEN_AWAY),
        (NOBODY.claimed(A, "a", NOW), None),
        (NOBODY.held_by(A, "a", NOW), None),
        (NOBODY.held_by(A, "a", NOW).deleted(A, "a", NOW), None),
        (NOBODY.claimed(B, "b", NOW).deleted(B, "b", NOW), None),
        (NOBODY.held_by(B, "b", NOW).released(NOW), None),
    ],
)
def test_why_a_name_is_contested(claims, contest):
    assert claims.contest(A, NOW) is contest


def test_the_name_of_one_is_another_ones_after_proof_and_both_are_known():
    moved = NOBODY.claimed(A, "a", NOW).held_by(A, "a", NOW).claimed(B, "b", NOW).held_by(B, "b", NOW + DAY)

    assert moved.holder == B
    assert moved.claims == {A: Claim("a", NOW + DAY + CLAIM_LASTS), B: Claim("b")}
    assert moved.memories == {A: NOW + DAY + MEMORY_LASTS}
    assert moved.contest(A, NOW + DAY) is Contest.HELD_BY_ANOTHER


def test_deleting_another_registration_than_the_claims_leaves_it():
    claims = NOBODY.held_by(A, "new", NOW)

    assert claims.deleted(A, "old", NOW) == claims


@pytest.mark.parametrize(("after", "contested"), [(CLAIM_LASTS - DAY, True), (CLAIM_LASTS, False)])
def test_a_pending_claim_is_forgotten_after_thirty_days(after, contested):
    claims = NOBODY.claimed(B, "b", NOW)

    assert bool(claims.contest(A, NOW + after)) is contested
    assert claims.forgotten_at() == NOW + CLAIM_LASTS
    assert claims.claimed(A, "a", NOW + after).claims.keys() == ({A, B} if contested else {A})


@pytest.mark.parametrize(("after", "contested"), [(MEMORY_LASTS - DAY, True), (MEMORY_LASTS, False)])
def test_who_held_a_name_is_remembered_for_a_year(after, contested):
    claims = NOBODY.held_by(B, "b", NOW).deleted(B, "b", NOW)

    assert bool(claims.contest(A, NOW + after)) is contested
    assert claims.forgotten_at() == NOW + MEMORY_LASTS
    assert claims.claimed(A, "a", NOW + after).memories == ({B: NOW + MEMORY_LASTS} if contested else {})


def test_what_is_held_or_barred_is_never_forgotten():
    assert NOBODY.held_by(A, "a", NOW).forgotten_at() is None
    assert NOBODY.held_by(A, "a", NOW).released(NOW).forgotten_at() is None


def test_who_is_barred_is_so_until_it_proves_the_name():
    released = NOBODY.held_by(A, "a", NOW).released(NOW)

    assert released.claimed(A, "a2", NOW).contest(A, NOW) is Contest.TAKEN_AWAY
    assert released.held_by(A, "a2", NOW).barred == frozenset()
    assert released.held_by(B, "b", NOW).barred == {A}


@pytest.mark.parametrize(
    ("kin", "contest"),
    [
        ((NOBODY.claimed(B, "b", NOW),), Contest.KIN_CLAIMED),
        ((NOBODY.held_by(B, "b", NOW),), Contest.KIN_CLAIMED),
        ((NOBODY.claimed(A, "a", NOW), NOBODY), None),
        ((NOBODY.held_by(B, "b", NOW).deleted(B, "b", NOW),), None),
        ((NOBODY.claimed(B, "b", NOW - CLAIM_LASTS),), None),
    ],
)
def test_the_names_above_and_below_count_as_long_as_somebody_has_them(kin, contest):
    assert NameView("mail.acme.com", "acme.com", NOBODY, kin).contest(A, NOW) is contest


ACTS = st.lists(
    st.tuples(st.sampled_from(["claimed", "held_by", "deleted", "released"]), st.sampled_from([A, B, C]), st.integers(0, 90)),
    max_size=12,
)  # fmt: skip


@given(ACTS)
def test_whatever_happens_a_name_has_one_holder_at_most_and_nobody_else_is_uncontested(acts):
    claims, now = NOBODY, NOW
    for act, account_id, days in acts:
        now += days * DAY
        whose = () if act == "released" else (account_id, account_id)
        claims = getattr(claims, act)(*whose, now)
        held = [one for one, claim in claims.claims.items() if claim.held]
        assert len(held) <= 1
        assert not set(held) & (claims.barred | claims.memories.keys())
        others = {A, B, C} - set(held)
        assert not held or all(claims.contest(one, now) for one in others)
