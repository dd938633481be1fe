"""What is left of a claim: in DNS, in memory, after thirty days, and after the operator has decided."""

from __future__ import annotations

from datetime import timedelta

import pytest

from letterhead.domains.claims import CLAIM_LASTS, MEMORY_LASTS
from letterhead.domains.domain import DomainNotFoundError, Registration
from letterhead.domains.holding import release_name, transfer_name
from letterhead.domains.names import DomainName
from letterhead.domains.ports import ProviderBusyError
from tests.fakes.domain_world import MINE, NOBODYS, THEIRS, World, unproven
from tests.fakes.failing import Breakage
from tests.fakes.mail_provider import Identity
from tests.fakes.sending_domains import NOW

NAME = "mail.acme.com"
DAY = timedelta(days=1)


@pytest.fixture
def world() -> World:
    return World()


# --- leftovers --------------------------------------------------------------------------------------------------------


def test_records_left_in_dns_by_the_account_before_prove_nothing_for_a_year(world):
    theirs = world.verified(NAME, THEIRS)
    world.delete(theirs, NOW + DAY)
    mine = world.register(now=NOW + 2 * DAY)

    assert unproven(world.check(mine, NOW + 2 * DAY).domain)
    assert unproven(world.check(mine, NOW + DAY + MEMORY_LASTS - DAY).domain)
    assert world.provider.identities == {}


def test_after_a_year_nobody_is_remembered(world):
    theirs = world.verified(NAME, THEIRS)
    world.delete(theirs, NOW + DAY)

    assert not world.register(now=NOW + 2 * DAY + MEMORY_LASTS).contested


def test_an_account_that_comes_back_to_its_own_name_needs_no_proof(world):
    world.delete(world.verified(NAME, THEIRS), NOW + DAY)
    again = world.register(NAME, THEIRS, NOW + 2 * DAY)

    assert world.check(again, NOW + 2 * DAY).domain.can_send


def test_the_account_before_the_last_is_remembered_too(world):
    theirs = world.verified(NAME, THEIRS)
    mine = world.register()
    world.prove(mine)
    world.delete(mine, NOW + DAY)
    world.delete(theirs, NOW + DAY)

    for account_id in (MINE, THEIRS, NOBODYS):
        assert world.register(NAME, account_id, NOW + 2 * DAY).contested


def test_a_name_that_was_only_pending_elsewhere_is_free_when_that_is_deleted(world):
    world.delete(world.register(NAME, THEIRS))

    assert not world.register().contested


# --- thirty days ------------------------------------------------------------------------------------------------------


def test_a_claim_that_nobody_completes_is_forgotten_and_the_view_stays(world):
    world.provider.identities[NAME] = Identity(None)  # contested, so that nothing of it is at the provider
    theirs = world.register(NAME, THEIRS)
    del world.provider.identities[NAME]

    assert world.register(NAME, NOBODYS, NOW + CLAIM_LASTS - DAY).contested
    world.delete(world.store.by_name(NOBODYS, NAME), NOW + CLAIM_LASTS - DAY)
    mine = world.register(now=NOW + CLAIM_LASTS)
    assert not mine.contested
    assert world.kept(theirs) == theirs
    assert unproven(world.check(theirs, NOW + CLAIM_LASTS + DAY).domain)


def test_a_forgotten_claim_of_a_related_name_contests_nothing(world):
    world.register("acme.com", THEIRS)

    assert world.register("mail.acme.com", now=NOW + CLAIM_LASTS - DAY).contested
    assert not world.register("news.acme.com", now=NOW + CLAIM_LASTS).contested


def test_what_a_forgotten_claim_left_at_the_provider_still_takes_a_proof(world):
    world.register(NAME, THEIRS)
    mine = world.register(now=NOW + CLAIM_LASTS)

    assert unproven(mine)
    assert world.prove(mine, NOW + CLAIM_LASTS).domain.held


def test_an_account_completes_its_forgotten_claim_where_nobody_else_came(world):
    theirs = world.ready(NAME, THEIRS)

    assert world.check(theirs, NOW + CLAIM_LASTS + DAY).domain.held
    assert world.register(now=NOW + CLAIM_LASTS + DAY).contested


def test_a_held_name_is_never_forgotten(world):
    world.verified(NAME, THEIRS)

    assert world.register(now=NOW + 10 * MEMORY_LASTS).contested


# --- the operator -----------------------------------------------------------------------------------------------------

OF_NAME = DomainName(NAME, NAME, "acme.com")


def test_the_operator_transfers_a_name(world):
    theirs = world.verified(NAME, THEIRS)
    mine = world.register()
    after = transfer_name(OF_NAME, MINE, world.outside, NOW + DAY)

    assert after == world.kept(mine)
    assert after.held
    assert unproven(world.kept(theirs))
    assert world.requests.asked == [(MINE, mine.domain_id)]  # what is left is the provider's part
    world.check(mine, NOW + DAY)
    assert world.provider.identities[NAME].domain_id == mine.domain_id
    assert world.kept(mine).registration is Registration.COMPLETE


def test_a_name_goes_only_to_an_account_that_has_registered_it(world):
    world.verified(NAME, THEIRS)

    with pytest.raises(DomainNotFoundError):
        transfer_name(OF_NAME, MINE, world.outside, NOW)


def test_transferring_a_name_to_its_holder_changes_nothing(world):
    theirs = world.verified(NAME, THEIRS)

    assert transfer_name(OF_NAME, THEIRS, world.outside, NOW + DAY) == theirs
    assert world.requests.asked == []


def test_the_operator_releases_a_name(world):
    theirs = world.verified(NAME, THEIRS)

    assert release_name(OF_NAME, world.outside, NOW + DAY) == THEIRS
    assert unproven(world.kept(theirs))
    assert world.provider.identities == {}
    mine = world.register(now=NOW + DAY)
    assert not mine.contested
    assert world.check(mine, NOW + DAY).domain.can_send


def test_who_had_a_released_name_must_prove_it(world):
    theirs = world.verified(NAME, THEIRS)
    release_name(OF_NAME, world.outside, NOW + DAY)

    assert unproven(world.check(theirs, NOW + 2 * DAY).domain)
    assert world.prove(theirs, NOW + 3 * DAY).domain.held


def test_deleting_and_registering_again_is_no_way_around_the_proof(world):
    theirs = world.verified(NAME, THEIRS)
    release_name(OF_NAME, world.outside, NOW + DAY)
    world.delete(theirs, NOW + DAY)

    assert world.register(NAME, THEIRS, NOW + 2 * DAY).contested


def test_releasing_a_name_that_nobody_holds_forgets_who_held_it(world):
    world.delete(world.verified(NAME, THEIRS))

    assert release_name(OF_NAME, world.outside, NOW) is None
    assert not world.register().contested


def test_a_release_that_stops_at_the_provider_is_completed_by_the_next_one(world):
    world.verified(NAME, THEIRS)
    whole, world.provider = world.provider, Breakage(0, ProviderBusyError()).breaking(world.provider)
    with pytest.raises(ProviderBusyError):
        release_name(OF_NAME, world.outside, NOW)
    assert set(whole.identities) == {NAME}

    world.provider = whole
    release_name(OF_NAME, world.outside, NOW)
    assert whole.identities == {}
