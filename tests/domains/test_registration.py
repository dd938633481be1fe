"""Registering a domain, with every step failing in turn."""

from __future__ import annotations

from datetime import timedelta

import pytest

from letterhead import identifiers
from letterhead.accounts.limits import LimitReachedError
from letterhead.domains.challenge import new_challenge
from letterhead.domains.domain import DomainChangedError, DomainExistsError, Registration, SendingDomain
from letterhead.domains.names import DomainName
from letterhead.domains.ports import NameRefusedError, ProviderBusyError, ProviderRefusedError
from letterhead.domains.registration import (
    Applicant,
    Deployment,
    NameReservedError,
    NewDomain,
    complete,
    register,
)
from letterhead.domains.resumption import Outcome, resume
from letterhead.unavailable import UnavailableError
from tests.fakes.domain_world import MINE, THEIRS, World
from tests.fakes.failing import Breakage
from tests.fakes.mail_provider import Identity
from tests.fakes.sending_domains import NOW

STEPS = ["view", "settle", "ensure_identity", "ensure_mail_from", "save"]


class CrashError(BaseException):
    """The process dies: nothing that comes after this runs."""


@pytest.fixture
def world() -> World:
    return World()


# --- when all goes well -------------------------------------------------------------------------------------------------


def test_the_name_is_claimed_before_the_provider_hears_of_it(world):
    watch = Breakage(at=99, error=CrashError())
    world.broken(watch).register()

    assert watch.calls == STEPS


def test_a_registered_domain_has_all_that_its_records_need(world):
    domain = world.register()

    assert domain.registration is Registration.COMPLETE
    assert domain.mail_from_domain == "mail.mail.acme.com"
    assert len(domain.dkim_tokens) == 3
    assert len(domain.records()) == 6
    assert domain == world.store.by_name(MINE, "mail.acme.com")
    assert world.provider.identities["mail.acme.com"] == Identity(domain.domain_id, "mail.mail.acme.com")
    assert world.requests.asked == []


def test_what_a_caller_gave_along_is_kept(world):
    name = DomainName("acme.com", "acme.com", "acme.com")
    domain = register(
        NewDomain(name, "mta", "client_domain_123", {"plan": "enterprise"}, {"track_opens": False}),
        Applicant(MINE),
        domain_id="0domain00domain0",
        challenge="letterhead-challenge=1",
        deployment=Deployment("us-east-1"),
        outside=world.outside,
        now=NOW,
    )

    assert (domain.external_id, domain.metadata) == ("client_domain_123", {"plan": "enterprise"})
    assert domain.settings == {"track_opens": False}
    assert (domain.mail_from_domain, domain.challenge) == ("mta.acme.com", "letterhead-challenge=1")


def test_a_challenge_is_160_bits_of_chance():
    made = {new_challenge() for _ in range(100)}

    assert len(made) == 100
    assert {len(bytes.fromhex(one.removeprefix("letterhead-challenge="))) * 8 for one in made} == {160}


def test_an_account_may_have_a_name_and_the_names_below_it(world):
    for name in ("acme.com", "mail.acme.com", "news.acme.com", "a.b.acme.com"):
        assert not world.register(name).contested

    assert len(list(world.store.of_account(MINE))) == 4


# --- when the name is not to be had ------------------------------------------------------------------------------------


def test_the_same_name_twice_is_refused_and_changes_nothing(world):
    first = world.register()
    watch = Breakage(at=99, error=CrashError())

    with pytest.raises(DomainExistsError):
        world.broken(watch).register(now=NOW + timedelta(days=1))
    assert world.store.all() == [first]
    assert not set(watch.calls) & {"ensure_identity", "ensure_mail_from", "save"}


def test_a_contested_name_twice_is_refused_too(world):
    world.register(account_id=THEIRS)
    world.register()

    with pytest.raises(DomainExistsError):
        world.register(now=NOW + timedelta(days=1))


@pytest.mark.parametrize("name", ["mail.operator.example", "a.mail.operator.example", "operator.net"])
def test_the_operators_own_hosts_and_what_is_below_them_cannot_be_registered(name):
    world = World(reserved=frozenset({"mail.operator.example", "operator.net"}))

    with pytest.raises(NameReservedError):
        world.register(name)
    assert world.store.all() == []


@pytest.mark.parametrize("name", ["operator.example", "xmail.operator.example", "mail.operator.example.com"])
def test_other_names_than_the_operators_hosts_can(name):
    world = World(reserved=frozenset({"mail.operator.example"}))

    assert world.register(name).registration is Registration.COMPLETE


def test_an_account_has_no_more_domains_than_it_may(world):
    world.register("a.com", most=2)
    deleted = world.register("b.com", most=2)
    with pytest.raises(LimitReachedError):
        world.register("c.com", most=2)
    world.delete(deleted)

    assert world.register("c.com", most=2)
    assert world.register("d.com", THEIRS, most=1)


def test_a_name_that_is_being_deleted_can_be_had_when_that_is_done(world):
    domain = world.register()
    stopped = Breakage(at=2, error=UnavailableError())
    with pytest.raises(UnavailableError):
        world.broken(stopped).delete(domain)

    with pytest.raises(DomainChangedError):
        world.register(now=NOW + timedelta(seconds=1))
    assert world.requests.asked[-1] == (MINE, domain.domain_id)
    world.delete(domain)
    assert world.register(now=NOW + timedelta(seconds=2)).domain_id != domain.domain_id


# --- when a step fails -------------------------------------------------------------------------------------------------

FAILURES = {
    "the provider throttles": (ProviderBusyError(), ProviderBusyError),
    "the store does not answer": (UnavailableError(), UnavailableError),
    "the process dies": (CrashError(), CrashError),
}


def stop_at(world: World, step: str, failure: str, *, performed: bool) -> None:
    error, seen = FAILURES[failure]
    broken = Breakage(at=STEPS.index(step), error=error, performed=performed)
    with pytest.raises(seen):
        world.broken(broken).register()
    assert broken.calls[-1] == step


def test_what_the_completing_try_gives_along_is_what_counts(world):
    stop_at(world, "ensure_identity", "the provider throttles", performed=False)

    completed = register(
        NewDomain(DomainName("mail.acme.com", "mail.acme.com", "acme.com"), "mail", "two", {"b": 2}),
        Applicant(MINE),
        domain_id="0domain00domain0",
        challenge=new_challenge(),
        deployment=Deployment("us-east-1"),
        outside=world.outside,
        now=NOW,
    )
    assert (completed.external_id, completed.metadata) == ("two", {"b": 2})
    assert whole(world) == completed


def whole(world: World) -> SendingDomain:
    """The one domain there is, with nothing half-made about it."""
    (domain,) = world.store.all()
    assert domain.registration is Registration.COMPLETE
    assert len(domain.records()) == 6
    assert world.provider.identities == {"mail.acme.com": Identity(domain.domain_id, "mail.mail.acme.com")}
    return domain


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("performed", [False, True])
@pytest.mark.parametrize("step", STEPS)
def test_the_next_registration_completes_what_stopped_at_any_step(world, step, performed, failure):
    stop_at(world, step, failure, performed=performed)

    if (step, performed) == ("save", True):
        with pytest.raises(DomainExistsError):  # only the answer was lost
            world.register()
        whole(world)
    else:
        assert world.register(now=NOW + timedelta(hours=1)) == whole(world)


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("performed", [False, True])
@pytest.mark.parametrize("step", STEPS)
def test_a_verification_completes_what_stopped_after_the_claim(world, step, performed, failure):
    stop_at(world, step, failure, performed=performed)
    claimed = world.store.by_name(MINE, "mail.acme.com")
    if claimed is None:
        assert (step, performed) in {("view", False), ("view", True), ("settle", False)}
        return

    checked = world.check(claimed, NOW + timedelta(hours=1))
    assert checked.domain == whole(world)
    assert len(checked.verification.rows) == 6


@pytest.mark.parametrize("step", ["ensure_identity", "ensure_mail_from"])
def test_what_stops_at_the_provider_is_asked_to_be_completed_later(world, step):
    stop_at(world, step, "the provider throttles", performed=False)
    claimed = world.store.by_name(MINE, "mail.acme.com")

    assert world.requests.asked == [(MINE, claimed.domain_id)]


def test_a_request_that_cannot_be_made_does_not_hide_why_it_should_be(world):
    class Deaf:
        def ask(self, account_id, domain_id):
            raise UnavailableError

    world.requests = Deaf()
    busy = Breakage(at=2, error=ProviderBusyError(7))
    with pytest.raises(ProviderBusyError) as stopped:
        world.broken(busy).register()
    assert stopped.value.retry_after == 7


@pytest.mark.parametrize("second", [0, 1, 2, 3])
@pytest.mark.parametrize("first", [2, 3, 4])
def test_a_registration_that_stops_twice_is_completed_by_the_third_try(world, first, second):
    for at in (first, second):
        broken = Breakage(at=at, error=CrashError())
        with pytest.raises(CrashError):
            world.broken(broken).register()

    world.register()
    whole(world)


@pytest.mark.parametrize("step", STEPS[2:])
def test_an_unfinished_registration_is_a_claim_on_its_name(world, step):
    stop_at(world, step, "the provider throttles", performed=False)

    assert world.register(account_id=THEIRS).contested


def test_the_id_of_the_first_try_is_the_domains(world):
    stop_at(world, "ensure_mail_from", "the process dies", performed=True)
    claimed = world.store.by_name(MINE, "mail.acme.com")

    assert world.register(now=NOW + timedelta(days=1)).domain_id == claimed.domain_id
    assert whole(world).created_at == NOW


def test_a_complete_domain_is_left_as_it_is(world):
    domain = world.register()
    watch = world.broken(Breakage(at=0, error=CrashError()))

    assert complete(domain, watch.outside, now=NOW) is domain


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
