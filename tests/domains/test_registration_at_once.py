"""Registering a domain while somebody else does, and while the provider refuses."""

from __future__ import annotations

import pytest

from letterhead import identifiers
from letterhead.domains.challenge import new_challenge
from letterhead.domains.domain import DomainExistsError, SendingDomain
from letterhead.domains.names import DomainName
from letterhead.domains.ports import NameRefusedError, ProviderRefusedError
from letterhead.domains.registration import (
    Applicant,
    Deployment,
    NewDomain,
    complete,
    register,
)
from letterhead.domains.resumption import Outcome, resume
from letterhead.unavailable import UnavailableError
from tests.fakes.domain_world import MINE, THEIRS, World
from tests.fakes.failing import Breakage
from tests.fakes.half_made import STEPS, stop_at, whole
from tests.fakes.sending_domains import NOW


@pytest.fixture
def world() -> World:
    return World()


# --- when two ask at the same time ------------------------------------------------------------------------------------


@pytest.mark.parametrize("rival_name", ["mail.acme.com", "acme.com", "x.mail.acme.com"])
@pytest.mark.parametrize("step", STEPS)
def test_of_two_accounts_that_ask_at_the_same_time_exactly_one_is_uncontested(world, step, rival_name):
    rivals = []

    class Interrupted:
        """Lets the other account ask right before one of our steps."""

        def __init__(self, target):
            self._target = target

        def __getattr__(self, name):
            if name == step and not rivals:
                rivals.append(None)
                rivals[0] = world.register(rival_name, THEIRS)
            return getattr(self._target, name)

    whole_store, whole_provider = world.store, world.provider
    mine_sees = World(Interrupted(whole_store), Interrupted(whole_provider))
    mine = mine_sees.register()

    assert {mine.contested, rivals[0].contested} == {False, True}
    changed = {"mail.acme.com"} if rivals[0].contested else {rival_name}
    assert set(whole_provider.identities) == changed


@pytest.mark.parametrize("step", STEPS)
def test_of_two_calls_of_an_account_at_the_same_time_one_is_answered_and_the_other_is_too_late(world, step):
    answers = []

    class AskedAgain:
        """Lets the account's other call run from beginning to end right before one of our steps."""

        def __init__(self, target):
            self._target = target

        def __getattr__(self, name):
            if name == step and not answers:
                answers.append(None)
                answers[0] = answer_of(world, "two")
            return getattr(self._target, name)

    answers.append(answer_of(World(AskedAgain(world.store), AskedAgain(world.provider)), "one"))
    assert [answer for answer in answers if answer != "exists"] == [whole(world)]


def answer_of(world: World, external_id: str) -> object:
    try:
        return asked_with(world, external_id)
    except DomainExistsError:
        return "exists"


def asked_with(world: World, external_id: str, mail_from_label: str = "mail") -> SendingDomain:
    return register(
        NewDomain(DomainName("mail.acme.com", "mail.acme.com", "acme.com"), mail_from_label, external_id),
        Applicant(MINE),
        domain_id=identifiers.new_id(NOW),
        challenge=new_challenge(),
        deployment=Deployment("us-east-1"),
        outside=world.outside,
        now=NOW,
    )


def test_a_call_that_meets_a_half_made_registration_says_what_is_stored(world):
    stop_at(world, "ensure_identity", "the provider throttles", performed=False)
    answers = []

    class AskedAgain:
        def __init__(self, target):
            self._target = target

        def __getattr__(self, name):
            if name == "ensure_mail_from" and not answers:
                answers.append(None)
                answers[0] = answer_of(world, "two")
            return getattr(self._target, name)

    answers.append(answer_of(World(world.store, AskedAgain(world.provider)), "one"))
    assert answers == [whole(world), "exists"]
    assert answers[0].external_id == "two"


def test_a_registration_completed_in_the_background_is_answered_to_the_first_who_asks(world):
    stop_at(world, "ensure_identity", "the provider throttles", performed=False)
    complete(world.store.by_name(MINE, "mail.acme.com"), world.outside, now=NOW, answers=False)

    answered = asked_with(world, "two", "bounce")
    assert (answered.external_id, answered.mail_from_domain) == ("two", "bounce.mail.acme.com")
    assert world.provider.identities["mail.acme.com"].mail_from == "bounce.mail.acme.com"
    assert world.store.all() == [answered]
    with pytest.raises(DomainExistsError):
        asked_with(world, "three")


# --- when the provider refuses for good -------------------------------------------------------------------------------

REFUSALS = [NameRefusedError("BadRequestException"), ProviderRefusedError("LimitExceededException")]


@pytest.mark.parametrize("half_made", [False, True])
@pytest.mark.parametrize("step", ["ensure_identity", "ensure_mail_from"])
@pytest.mark.parametrize("error", REFUSALS)
def test_what_the_provider_refuses_leaves_nothing(world, error, step, half_made):
    if half_made:
        stop_at(world, "ensure_identity", "the provider throttles", performed=False)
    calls = ["view", "settle", "now_by_name", "view", *STEPS[2:]] if half_made else STEPS
    broken = Breakage(at=calls.index(step), error=error)

    with pytest.raises(type(error)):
        world.broken(broken).register()
    assert broken.calls[: broken.at + 1] == calls[: broken.at + 1]
    assert world.store.all() == []
    assert world.provider.identities == {}
    assert not world.register(account_id=THEIRS).contested


def test_what_could_not_be_undone_is_undone_later(world):
    world.provider.busy = True
    with pytest.raises(ProviderRefusedError):
        world.broken(Breakage(at=STEPS.index("ensure_mail_from"), error=REFUSALS[1])).register()
    world.provider.busy = False

    ((account_id, domain_id),) = world.requests.asked
    became = resume(
        account_id,
        domain_id,
        world.requests.names[domain_id],
        store=world.store,
        provider=world.provider,
        belongings=world.belongings,
        now=NOW,
    )
    assert became is Outcome.DELETED
    assert (world.store.all(), world.provider.identities) == ([], {})


def test_a_refusal_takes_nothing_from_a_call_that_was_answered_meanwhile(world):
    answers = []

    class Overtaken:
        """Refuses, after the account's other call has been answered."""

        def __init__(self, target):
            self._target = target

        def __getattr__(self, name):
            if name == "ensure_mail_from":
                answers.append(world.register())
                raise REFUSALS[1]
            return getattr(self._target, name)

    with pytest.raises(ProviderRefusedError):
        World(world.store, Overtaken(world.provider)).register()
    assert answers == [whole(world)]


def test_what_a_call_makes_for_a_domain_that_is_gone_is_removed_again(world):
    gone = []

    class DeletedMeanwhile:
        def __init__(self, target):
            self._target = target

        def __getattr__(self, name):
            if name == "ensure_identity" and not gone:
                gone.append(world.store.by_name(MINE, "mail.acme.com"))
                world.delete(gone[0])
            return getattr(self._target, name)

    with pytest.raises(UnavailableError):
        World(world.store, DeletedMeanwhile(world.provider)).register()
    assert (world.store.all(), world.provider.identities) == ([], {})


def test_a_claim_that_loses_every_race_gives_up_with_try_again(world):
    class Crowded:
        def __init__(self, target):
            self._target = target

        def __getattr__(self, name):
            if name == "settle":
                number = len(world.store.all())
                world.register(f"x{number}.acme.com", THEIRS)
            return getattr(self._target, name)

    with pytest.raises(UnavailableError):
        World(Crowded(world.store), world.provider).register()
    assert world.store.by_name(MINE, "mail.acme.com") is None
