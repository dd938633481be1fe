"""To whom a name belongs: every attack on it, and what each side sees."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead.domains.domain import Ownership, Registration
from letterhead.domains.ports import ChallengeAnswer, ProviderBusyError
from letterhead.domains.records import DKIM_PURPOSES, MAIL_FROM_PURPOSES, RecordPurpose, RecordStatus
from tests.fakes.domain_world import THEIRS, World, unproven
from tests.fakes.failing import Breakage
from tests.fakes.mail_provider import SAYS_YES, Identity
from tests.fakes.sending_domains import NOW

NAME = "mail.acme.com"
DAY = timedelta(days=1)
LISTED_BEFORE_PROOF = [*MAIL_FROM_PURPOSES, RecordPurpose.DMARC]


@pytest.fixture
def world() -> World:
    return World()


# --- which names are contested ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["pending", "verified"])
@pytest.mark.parametrize("name", [NAME, "acme.com", "x.mail.acme.com", "deep.down.below.mail.acme.com"])
def test_a_name_at_above_or_below_anothers_is_registered_but_unproven(world, name, state):
    theirs = world.register(NAME, THEIRS) if state == "pending" else world.verified(NAME, THEIRS)
    before = replace(world.provider.identities[NAME])
    changes = len(world.provider.changed)
    mine = world.register(name)

    assert unproven(mine)
    assert [record.purpose for record in mine.records()] == LISTED_BEFORE_PROOF
    assert world.provider.identities == {NAME: before}
    assert len(world.provider.changed) == changes
    assert world.kept(theirs) == theirs


@pytest.mark.parametrize("name", ["news.acme.com", "email.acme.com", "l.acme.com", "mail.acme.com.br"])
def test_a_name_beside_anothers_is_free(world, name):
    world.register(NAME, THEIRS)

    assert not world.register(name).contested


@pytest.mark.parametrize("owner", [None, "0other0domain0id"])
def test_a_name_that_the_provider_has_for_somebody_else_must_be_proven(world, owner):
    world.provider.identities[NAME] = Identity(owner, "bounce.mail.acme.com")
    mine = world.register()

    assert unproven(mine)
    world.check(mine)
    assert world.provider.identities == {NAME: Identity(owner, "bounce.mail.acme.com")}
    assert world.provider.changed == []


def test_a_name_that_the_provider_has_no_more_for_somebody_else_is_free(world):
    world.provider.identities[NAME] = Identity(None)
    mine = world.register()
    del world.provider.identities[NAME]

    assert world.check(mine).domain.registration is Registration.COMPLETE
    assert world.kept(mine).ownership is Ownership.UNCONTESTED


def test_a_provider_that_cannot_be_asked_makes_no_contested_name_free(world):
    world.provider.identities[NAME] = Identity(None)
    mine = world.register()
    world.provider = Breakage(0, ProviderBusyError()).breaking(world.provider)

    assert unproven(world.check(mine).domain)


# --- the verified holder -----------------------------------------------------------------------------------------------


def test_the_holder_keeps_the_name_and_needs_nothing_new(world):
    theirs = world.verified(NAME, THEIRS)
    mine = world.register()
    world.check(mine, NOW + DAY)
    after = world.check(theirs, NOW + DAY)

    assert after.challenge is None
    assert after.domain.held
    assert after.domain.can_send
    assert after.domain.fully_verified


def test_three_right_dkim_records_of_an_uncontested_name_make_it_the_accounts(world):
    theirs = world.register(NAME, THEIRS)
    world.dns.publish(record for record in theirs.records() if record.purpose in DKIM_PURPOSES)
    world.provider.says = SAYS_YES

    assert world.check(theirs).domain.held
    world.register()
    assert world.check(theirs).domain.signing_status is RecordStatus.VERIFIED


def test_a_pending_claim_becomes_contested_by_a_second_one(world):
    first, second = world.register(NAME, THEIRS), world.register()
    for domain in (first, second):
        world.dns.publish(domain.records())
    world.provider.says = SAYS_YES

    assert unproven(world.check(first).domain)
    assert unproven(world.check(second).domain)
    assert len(world.challenges.asked) == 2


def test_a_contested_claims_records_show_what_dns_says(world):
    world.verified(NAME, THEIRS)
    mine = world.register()
    checked = world.check(mine)

    assert {row.status for row in checked.verification.rows} == {RecordStatus.VERIFIED}
    assert [row.record.purpose for row in checked.verification.rows] == LISTED_BEFORE_PROOF
    assert unproven(checked.domain)


# --- proof ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["pending", "verified"])
def test_proof_moves_the_name(world, state):
    theirs = world.register(NAME, THEIRS) if state == "pending" else world.verified(NAME, THEIRS)
    mine = world.register()
    checked = world.prove(mine, NOW + DAY)

    assert checked.challenge.answer is ChallengeAnswer.PROVEN
    assert checked.domain.held
    assert checked.domain.proven_at == NOW + DAY
    assert len(checked.domain.records()) == 6
    assert world.provider.identities == {NAME: Identity(mine.domain_id, mine.mail_from_domain)}
    lost = world.check(theirs, NOW + 2 * DAY).domain
    assert unproven(lost)


def test_what_the_loser_sees(world):
    theirs = world.verified(NAME, THEIRS)
    mine = world.register()
    world.prove(mine, NOW + DAY)
    lost = world.kept(theirs)

    assert unproven(lost)
    assert lost.lost_at == NOW + DAY
    assert lost.challenge != theirs.challenge
    assert [record.purpose for record in lost.records()] == LISTED_BEFORE_PROOF
    assert lost.dkim_status is RecordStatus.PENDING
    assert lost.dkim_verified_at is None


def test_the_winner_can_send_as_soon_as_its_records_are_right(world):
    world.verified(NAME, THEIRS)
    mine = world.register()

    after = world.prove(mine).domain  # the records are still in DNS
    assert after.can_send
    assert after.fully_verified


def test_the_losers_old_challenge_is_worth_nothing(world):
    theirs = world.register(NAME, THEIRS)
    mine = world.register()
    world.prove(theirs, NOW + DAY)
    world.prove(mine, NOW + 2 * DAY)

    assert unproven(world.check(theirs, NOW + 3 * DAY).domain)
    assert world.kept(mine).held


def test_the_loser_can_prove_the_name_again(world):
    theirs = world.verified(NAME, THEIRS)
    mine = world.register()
    world.prove(mine, NOW + DAY)

    assert world.prove(theirs, NOW + 2 * DAY).domain.held
    assert world.provider.identities[NAME].domain_id == theirs.domain_id
    assert world.kept(mine).lost_at == NOW + 2 * DAY


@pytest.mark.parametrize("answer", [one for one in ChallengeAnswer if one is not ChallengeAnswer.PROVEN])
def test_nothing_but_proof_moves_a_name(world, answer):
    theirs = world.verified(NAME, THEIRS)
    mine = world.register()
    world.challenges.answers[f"_letterhead-challenge.{NAME}"] = answer
    changes = len(world.provider.changed)

    assert unproven(world.check(mine).domain)
    assert len(world.provider.changed) == changes
    assert world.kept(theirs) == theirs


def test_a_dry_run_asks_for_the_challenge_and_moves_nothing(world):
    theirs = world.verified(NAME, THEIRS)
    mine = world.register()
    world.challenges.publish(mine)
    checked = world.check(mine, dry_run=True)

    assert checked.challenge.answer is ChallengeAnswer.PROVEN
    assert world.kept(theirs) == theirs
    assert world.kept(mine) == mine


def test_a_child_that_is_proven_leaves_the_parent_to_its_holder(world):
    parent = world.verified("acme.com", THEIRS)
    child = world.register("mail.acme.com")
    world.prove(child)

    assert world.kept(parent) == parent
    assert set(world.provider.identities) == {"acme.com", "mail.acme.com"}
    assert world.kept(child).held


def test_proof_takes_over_what_the_operator_made_by_hand(world):
    world.provider.identities[NAME] = Identity(None, "bounce.mail.acme.com")
    mine = world.register()
    world.prove(mine)

    assert world.provider.identities == {NAME: Identity(mine.domain_id, mine.mail_from_domain)}


# --- another's identity at the provider is never touched before proof -------------------------------------------------


def test_no_call_of_an_unproven_account_changes_anything_at_the_provider(world):
    theirs = world.verified(NAME, THEIRS)
    before, changes = replace(world.provider.identities[NAME]), len(world.provider.changed)
    mine = world.register()
    world.check(mine)
    world.check(mine, NOW + DAY)
    world.delete(mine, NOW + DAY)
    again = world.register(now=NOW + DAY)
    world.check(again, NOW + 2 * DAY)

    assert world.provider.identities == {NAME: before}
    assert len(world.provider.changed) == changes
    assert world.kept(theirs).can_send


def test_who_has_lost_a_name_changes_nothing_at_the_provider(world):
    theirs = world.verified(NAME, THEIRS)
    mine = world.register()
    world.prove(mine)
    changes = len(world.provider.changed)
    world.check(theirs, NOW + DAY)
    world.delete(theirs, NOW + DAY)

    assert len(world.provider.changed) == changes
    assert world.provider.identities[NAME].domain_id == mine.domain_id
