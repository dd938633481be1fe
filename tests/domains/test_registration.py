"""Registering a domain, with every step failing in turn."""

from __future__ import annotations

from datetime import timedelta

import pytest

from letterhead import identifiers
from letterhead.domains.check import check
from letterhead.domains.domain import (
    DomainExistsError,
    NameTakenError,
    Registration,
    SendingDomain,
)
from letterhead.domains.names import DomainName
from letterhead.domains.registration import (
    NewDomain,
    ProviderBusyError,
    ProviderRefusedError,
    complete,
    register,
)
from letterhead.unavailable import UnavailableError
from tests.fakes.domain_store import InMemoryDomains
from tests.fakes.failing import Breakage
from tests.fakes.mail_provider import Identity, InMemoryProvider
from tests.fakes.published_records import PublishedRecords
from tests.fakes.sending_domains import NOW

MINE, THEIRS = "0account0account", "1account1account"
STEPS = ["claim", "ensure_identity", "ensure_mail_from", "save"]


class CrashError(BaseException):
    """The process dies: nothing that comes after this runs."""


def named(name: str) -> NewDomain:
    return NewDomain(DomainName(name, name, ".".join(name.split(".")[-2:])), "mail")


def ask(store, provider, name="mail.acme.com", account_id=MINE, now=NOW) -> SendingDomain:
    """One POST: each has an id of its own."""
    return register(
        named(name),
        account_id=account_id,
        domain_id=identifiers.new_id(now),
        region="us-east-1",
        store=store,
        provider=provider,
        now=now,
    )


@pytest.fixture
def store() -> InMemoryDomains:
    return InMemoryDomains()


@pytest.fixture
def provider() -> InMemoryProvider:
    return InMemoryProvider()


# --- when all goes well -------------------------------------------------------------------------------------------------


def test_the_name_is_claimed_before_the_provider_hears_of_it(store, provider):
    watch = Breakage(at=99, error=CrashError())
    ask(watch.breaking(store), watch.breaking(provider))

    assert watch.calls == STEPS


def test_a_registered_domain_has_all_that_its_records_need(store, provider):
    domain = ask(store, provider)

    assert domain.registration is Registration.COMPLETE
    assert domain.mail_from_domain == "mail.mail.acme.com"
    assert len(domain.dkim_tokens) == 3
    assert len(domain.records()) == 6
    assert domain == store.by_name(MINE, "mail.acme.com")
    assert provider.identities["mail.acme.com"] == Identity(domain.domain_id, "mail.mail.acme.com")


def test_what_a_caller_gave_along_is_kept(store, provider):
    wanted = NewDomain(named("acme.com").name, "mail", "client_domain_123", {"plan": "enterprise"})
    domain = register(
        wanted,
        account_id=MINE,
        domain_id=identifiers.new_id(NOW),
        region="us-east-1",
        store=store,
        provider=provider,
        now=NOW,
    )

    assert (domain.external_id, domain.metadata) == ("client_domain_123", {"plan": "enterprise"})


def test_an_account_may_have_a_name_and_the_names_below_it(store, provider):
    for name in ("acme.com", "mail.acme.com", "news.acme.com", "a.b.acme.com"):
        ask(store, provider, name)

    assert len(list(store.of_account(MINE))) == 4


# --- when the name is not to be had ------------------------------------------------------------------------------------


def test_the_same_name_twice_is_refused_and_changes_nothing(store, provider):
    first = ask(store, provider)
    watch = Breakage(at=99, error=CrashError())

    with pytest.raises(DomainExistsError):
        ask(watch.breaking(store), watch.breaking(provider), now=NOW + timedelta(days=1))
    assert store.all() == [first]
    assert not set(watch.calls) & {"ensure_identity", "ensure_mail_from", "save", "release"}


@pytest.mark.parametrize(
    "name", ["mail.acme.com", "acme.com", "x.mail.acme.com", "deep.down.below.mail.acme.com"]
)
def test_a_name_that_another_account_holds_or_one_above_or_below_it_is_taken(store, provider, name):
    theirs = ask(store, provider, "mail.acme.com", THEIRS)

    with pytest.raises(NameTakenError):
        ask(store, provider, name)
    assert store.all() == [theirs]
    assert list(provider.identities) == ["mail.acme.com"]


@pytest.mark.parametrize("name", ["news.acme.com", "email.acme.com", "l.acme.com", "mail.acme.com.br"])
def test_a_name_beside_another_accounts_name_is_free(store, provider, name):
    ask(store, provider, "mail.acme.com", THEIRS)

    assert ask(store, provider, name).registration is Registration.COMPLETE


@pytest.mark.parametrize("owner", [None, "0other0domain0id"])
def test_a_name_that_the_provider_has_for_somebody_else_is_refused_and_let_go(store, provider, owner):
    provider.identities["mail.acme.com"] = Identity(owner)

    with pytest.raises(NameTakenError):
        ask(store, provider)
    assert store.all() == []
    assert provider.identities == {"mail.acme.com": Identity(owner)}  # not touched

    del provider.identities["mail.acme.com"]
    assert ask(store, provider, account_id=THEIRS).registration is Registration.COMPLETE


@pytest.mark.parametrize("performed", [False, True])
def test_a_refused_name_that_could_not_be_let_go_is_let_go_by_the_next_try(store, provider, performed):
    provider.identities["mail.acme.com"] = Identity(None)
    broken = Breakage(at=STEPS.index("ensure_identity") + 1, error=CrashError(), performed=performed)

    with pytest.raises(CrashError):
        ask(broken.breaking(store), broken.breaking(provider))
    assert broken.calls[-1] == "release"
    with pytest.raises(NameTakenError):
        ask(store, provider)
    assert store.all() == []


def test_a_domain_that_is_deleted_while_it_is_asked_for_again_was_there(store, provider):
    class DeletedMeanwhile(InMemoryDomains):
        def claim(self, domain):
            raise DomainExistsError

    with pytest.raises(DomainExistsError):
        ask(DeletedMeanwhile(), provider)


# --- when a step fails -------------------------------------------------------------------------------------------------

FAILURES = {
    "the provider throttles": (ProviderBusyError(), ProviderBusyError),
    "the provider refuses": (ProviderRefusedError("LimitExceededException"), ProviderRefusedError),
    "the store does not answer": (UnavailableError(), UnavailableError),
    "the process dies": (CrashError(), CrashError),
}


def stop_at(step: str, failure: str, performed: bool, store, provider) -> None:
    error, seen = FAILURES[failure]
    broken = Breakage(at=STEPS.index(step), error=error, performed=performed)
    with pytest.raises(seen):
        ask(broken.breaking(store), broken.breaking(provider))
    assert broken.calls[-1] == step


def whole(store, provider) -> SendingDomain:
    """The one domain there is, with nothing half-made about it."""
    (domain,) = store.all()
    assert domain.registration is Registration.COMPLETE
    assert len(domain.records()) == 6
    assert provider.identities == {"mail.acme.com": Identity(domain.domain_id, "mail.mail.acme.com")}
    return domain


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("performed", [False, True])
@pytest.mark.parametrize("step", STEPS)
def test_the_next_registration_completes_what_stopped_at_any_step(store, provider, step, performed, failure):
    stop_at(step, failure, performed, store, provider)

    if (step, performed) == ("save", True):
        with pytest.raises(DomainExistsError):  # only the answer was lost
            ask(store, provider)
        whole(store, provider)
    else:
        assert ask(store, provider, now=NOW + timedelta(hours=1)) == whole(store, provider)


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("performed", [False, True])
@pytest.mark.parametrize("step", STEPS)
def test_a_verification_completes_what_stopped_after_the_claim(store, provider, step, performed, failure):
    stop_at(step, failure, performed, store, provider)
    claimed = store.by_name(MINE, "mail.acme.com")
    if claimed is None:
        assert (step, performed) == ("claim", False)
        return

    after, verification = check(
        claimed, store=store, provider=provider, lookup=PublishedRecords(), now=NOW + timedelta(hours=1)
    )
    assert after == whole(store, provider)
    assert len(verification.rows) == 6


@pytest.mark.parametrize("second", [0, 1, 2, 3])
@pytest.mark.parametrize("first", [1, 2, 3])
def test_a_registration_that_stops_twice_is_completed_by_the_third_try(store, provider, first, second):
    for at in (first, second):
        broken = Breakage(at=at, error=CrashError())
        with pytest.raises(CrashError):
            ask(broken.breaking(store), broken.breaking(provider))

    ask(store, provider)
    whole(store, provider)


@pytest.mark.parametrize("step", STEPS[1:])
def test_an_unfinished_registration_keeps_its_name(store, provider, step):
    stop_at(step, "the provider throttles", performed=False, store=store, provider=provider)

    with pytest.raises(NameTakenError):
        ask(store, provider, account_id=THEIRS)
    assert ask(store, provider) == whole(store, provider)


def test_the_id_of_the_first_try_is_the_domains(store, provider):
    stop_at("ensure_mail_from", "the process dies", performed=True, store=store, provider=provider)
    claimed = store.by_name(MINE, "mail.acme.com")

    assert ask(store, provider, now=NOW + timedelta(days=1)).domain_id == claimed.domain_id
    assert whole(store, provider).created_at == NOW


def test_a_complete_domain_is_left_as_it_is(store, provider):
    domain = ask(store, provider)
    watch = Breakage(at=0, error=CrashError())

    assert complete(domain, store=watch.breaking(store), provider=watch.breaking(provider), now=NOW) is domain


# --- when two ask at the same time ------------------------------------------------------------------------------------


@pytest.mark.parametrize("rival_name", ["mail.acme.com", "acme.com", "x.mail.acme.com"])
@pytest.mark.parametrize("step", STEPS)
def test_of_two_accounts_that_ask_at_the_same_time_exactly_one_wins(store, provider, step, rival_name):
    outcomes = []

    class Interrupted:
        """Lets the other account ask right before one of our steps."""

        def __init__(self, target):
            self._target = target

        def __getattr__(self, name):
            if name == step and not outcomes:
                try:
                    outcomes.append(ask(store, provider, rival_name, THEIRS))
                except NameTakenError:
                    outcomes.append(None)
            return getattr(self._target, name)

    try:
        mine = ask(Interrupted(store), Interrupted(provider))
    except NameTakenError:
        mine = None

    assert (mine is None) != (outcomes == [None])
    assert store.all() == [mine or outcomes[0]]


def test_the_same_account_asking_twice_at_the_same_time_gets_one_domain(store, provider):
    class AskedAgain:
        def __init__(self, target):
            self._target = target

        def __getattr__(self, name):
            if name == "ensure_mail_from":
                ask(store, provider)
            return getattr(self._target, name)

    ask(store, AskedAgain(provider))
    whole(store, provider)
