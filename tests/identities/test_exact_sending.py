"""The provider's own verification of an address: begun once, followed, and never taken from anybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead import identifiers
from letterhead.identities.changes import IdentityChange, update
from letterhead.identities.decisions import decided, decision_event
from letterhead.identities.exact_sending import (
    AddressesBusyError,
    AddressRefusedError,
    AddressState,
    ExactSending,
    Holder,
    Start,
    VerificationRequest,
    followed,
    let_go,
)
from letterhead.identities.forecast import Forecaster
from letterhead.identities.from_header import from_mailbox, reply_to_mailbox
from letterhead.identities.identity import (
    ExactState,
    FromMode,
    IdentityDomain,
    IdentityStatus,
    with_provider_asked,
)
from letterhead.identities.limits import MailLimits, TooManyMailsError
from letterhead.identities.resending import AlreadyVerifiedError, resend
from tests.fakes.address_provider import InMemoryAddresses
from tests.fakes.domain_store import InMemoryDomains
from tests.fakes.identity_store import InMemoryConfirmations, InMemoryIdentities
from tests.fakes.published_records import PublishedRecords
from tests.fakes.sender_identities import ACCOUNT, NOW, address, identity
from tests.fakes.sending_domains import registered_domain

MINE = registered_domain("web-agency.com", ACCOUNT, can_send=True)
LATER = NOW + timedelta(hours=1)
AMY = "Amy@bookshelf.com"
EVENT_ID = "0event00event000"


class World:
    def __init__(self) -> None:
        self.domains = InMemoryDomains()
        self.domains.claim(MINE)
        self.store = InMemoryIdentities()
        self.provider = InMemoryAddresses()
        self.sending = ExactSending(self.store, self.provider, identifiers.new_id)
        self.ledger = InMemoryConfirmations()

    def confirmed(self, email=AMY, mode=FromMode.EXACT, account=ACCOUNT, seconds=0, decided_at=NOW):
        """An identity whose owner has pressed the button."""
        asked = identity(
            email, seconds=seconds, account_id=account, domain=IdentityDomain.of(MINE), from_mode=mode
        )
        return self.store.put(decided(asked, IdentityStatus.VERIFIED, decided_at))

    def begun(self, **facts):
        """One whose owner has Amazon's mail too."""
        one = self.confirmed(**facts)
        assert self.begin(one) is Start.BEGUN
        return self.now(one)

    def begin(self, one):
        return self.sending.begin(VerificationRequest(one.account_id, one.identity_id, one.exact_round), NOW)

    def now(self, one):
        return self.store.by_id_now(one.account_id, one.identity_id)

    def follow(self, one):
        return followed(self.now(one), provider=self.provider, store=self.store, now=LATER, event_id=EVENT_ID)

    def update(self, one, **changes):
        return update(
            self.now(one),
            IdentityChange(**changes),
            domains=self.domains,
            store=self.store,
            limits=self.limits,
            forecaster=Forecaster(PublishedRecords()),
            now=LATER,
        )

    def resend(self, one):
        return resend(self.now(one), domains=self.domains, store=self.store, limits=self.limits, now=LATER)

    @property
    def limits(self):
        return MailLimits(self.ledger, most_a_day=9)


@pytest.fixture
def world() -> World:
    return World()


# --- what an identity is in exact mode --------------------------------------------------------------------------------


def test_its_mail_is_from_its_own_address():
    one = identity(AMY, from_mode=FromMode.EXACT)
    assert from_mailbox(one) == reply_to_mailbox(one) == '"Amy from Book Shelf" <Amy@bookshelf.com>'


def test_its_owners_consent_alone_does_not_make_it_usable(world):
    one = world.confirmed()
    assert one.is_confirmed
    assert not one.is_verified
    assert (one.status_at(NOW), one.verified_at, one.exact) == (
        IdentityStatus.PENDING,
        None,
        ExactState.WANTED,
    )


def test_it_is_usable_when_the_provider_says_so_too(world):
    one = world.begun()
    world.provider.say(AMY, AddressState.VERIFIED)
    after = world.follow(one)
    assert after.is_verified
    assert (after.status_at(LATER), after.verified_at) == (IdentityStatus.VERIFIED, NOW)
    assert world.now(one) == after


@pytest.mark.parametrize(("email", "mode"), [("amy@web-agency.com", FromMode.EXACT), (AMY, FromMode.ALIGNED)])
def test_the_provider_is_not_asked_for_what_the_sending_domain_covers(world, email, mode):
    one = world.confirmed(email, mode)
    assert one.is_verified
    assert one.exact is None


def test_a_refusal_asks_the_provider_for_nothing():
    one = decided(identity(AMY, from_mode=FromMode.EXACT), IdentityStatus.REFUSED, NOW)
    assert (one.exact, one.exact_round) == (None, 0)


# --- beginning --------------------------------------------------------------------------------------------------------


def test_a_request_delivered_twice_asks_the_owner_once(world):
    one = world.confirmed()
    assert (world.begin(one), world.begin(one)) == (Start.BEGUN, Start.OUTDATED)
    assert world.now(one).exact is ExactState.PENDING
    assert world.provider.mailed == [AMY]


def test_a_request_whose_end_was_lost_asks_the_owner_once(world):
    one = world.confirmed()
    world.provider.start(AMY, Holder.of(one))
    assert world.begin(one) is Start.BEGUN
    assert world.provider.mailed == [AMY]


def test_a_busy_provider_has_the_request_come_again(world):
    one = world.confirmed()
    world.provider.busy = True
    with pytest.raises(AddressesBusyError):
        world.begin(one)
    world.provider.busy = False
    assert world.begin(one) is Start.BEGUN


def test_a_provider_that_refuses_is_noted(world, monkeypatch):
    one = world.confirmed()

    def refuse(*_):
        raise AddressRefusedError("LimitExceededException")

    monkeypatch.setattr(world.provider, "start", refuse)
    assert world.begin(one) is Start.BEGUN
    assert world.now(one).exact is ExactState.REFUSED
    assert not world.now(one).is_verified


def test_an_identity_deleted_meanwhile_leaves_nothing_at_the_provider(world):
    one = world.confirmed()
    world.provider.after_start = lambda: world.store.remove(one)
    assert world.begin(one) is Start.OUTDATED
    assert world.provider.entries == {}
    assert world.begin(one) is Start.OUTDATED


def test_an_address_that_is_the_operators_own_is_a_conflict_and_stays_theirs(world):
    world.provider.entries[AMY] = (None, AddressState.VERIFIED)
    one = world.begun()
    assert one.exact is ExactState.CONFLICT
    assert not one.is_verified
    let_go(one, world.provider)
    assert world.provider.entries[AMY] == (None, AddressState.VERIFIED)


def test_an_address_of_another_account_is_not_taken_over_until_they_let_go(world):
    theirs = world.begun(account="0another0account")
    world.provider.say(AMY, AddressState.VERIFIED)
    mine = world.begun(seconds=1)
    assert mine.exact is ExactState.CONFLICT
    assert world.follow(theirs).is_verified

    world.resend(mine)
    assert world.begin(world.now(mine)) is Start.BEGUN
    assert world.now(mine).exact is ExactState.CONFLICT

    world.store.remove(world.now(theirs))
    world.resend(mine)
    world.begin(world.now(mine))
    assert world.now(mine).exact is ExactState.PENDING
    assert world.provider.mailed == [
        AMY,
        AMY,
    ]  # its owner is asked anew: their yes to another isn't one to us


def test_the_owners_newer_consent_takes_the_address_over_and_the_loser_is_told(world):
    theirs = world.begun(account="0another0account")
    world.provider.say(AMY, AddressState.VERIFIED)
    assert world.follow(theirs).is_verified

    mine = world.begun(seconds=1, decided_at=LATER)

    assert mine.exact is ExactState.PENDING
    assert world.now(theirs).exact is ExactState.CONFLICT
    assert not world.now(theirs).is_verified
    (told,) = [one for one in world.store.events if one.type == "sender_identity.taken_over"]
    assert (told.account_id, told.identity_id) == ("0another0account", theirs.identity_id)
    assert told.data["is_verified"] is False
    assert world.provider.mailed == [AMY, AMY]
    world.provider.say(AMY, AddressState.VERIFIED)
    assert world.follow(mine).is_verified


def test_who_lost_an_address_needs_its_owners_word_to_have_it_back(world):
    theirs = world.begun(account="0another0account")
    world.begun(seconds=1, decided_at=LATER)

    wanted = world.store.put(with_provider_asked(world.now(theirs)))
    world.begin(wanted)

    assert world.now(theirs).exact is ExactState.CONFLICT


@pytest.mark.parametrize("change", [{"from_mode": FromMode.ALIGNED}, {"email": address("x@bookshelf.com")}])
def test_what_another_identity_does_not_use_any_more_is_made_anew(world, change):
    theirs = world.begun(account="0another0account")
    world.store.remove(theirs)
    world.store.put(replace(theirs, exact=None, **change))
    mine = world.begun(seconds=1)
    assert mine.exact is ExactState.PENDING
    assert world.provider.state(AMY, Holder.of(mine)) is AddressState.PENDING


# --- following --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "exact", "status"),
    [
        (AddressState.PENDING, ExactState.PENDING, IdentityStatus.PENDING),
        (AddressState.EXPIRED, ExactState.EXPIRED, IdentityStatus.EXPIRED),
        (AddressState.ABSENT, ExactState.EXPIRED, IdentityStatus.EXPIRED),
        (AddressState.FOREIGN, ExactState.CONFLICT, IdentityStatus.PENDING),
    ],
)
def test_an_identity_follows_what_the_provider_says(world, monkeypatch, said, exact, status):
    one = world.begun()
    monkeypatch.setattr(world.provider, "state", lambda *_: said)
    after = world.follow(one)
    assert (after.exact, after.status_at(LATER)) == (exact, status)
    assert world.now(one).exact is exact


def test_it_is_told_of_as_verified_when_the_provider_says_so_and_once(world, monkeypatch):
    one = world.begun()
    assert decision_event(one, EVENT_ID, NOW) is None
    monkeypatch.setattr(world.provider, "state", lambda *_: AddressState.VERIFIED)
    world.follow(one)
    world.follow(one)
    (event,) = world.store.events
    assert (event.type, event.event_id, event.occurred_at) == ("sender_identity.verified", EVENT_ID, LATER)
    assert event.data["is_verified"] is True


def test_it_is_told_of_at_once_when_the_provider_has_verified_it_before(world, monkeypatch):
    one = world.confirmed()
    monkeypatch.setattr(world.provider, "start", lambda *_: AddressState.VERIFIED)
    assert world.begin(one) is Start.BEGUN
    (event,) = world.store.events
    assert (event.type, event.occurred_at) == ("sender_identity.verified", NOW)


def test_a_provider_that_cannot_be_asked_changes_nothing(world):
    one = world.begun()
    world.provider.busy = True
    assert world.follow(one) == one


def test_only_an_identity_whose_owner_is_being_asked_costs_a_call(world):
    world.provider.busy = True
    for exact in (None, ExactState.WANTED, ExactState.VERIFIED, ExactState.EXPIRED):
        one = identity(from_mode=FromMode.EXACT, exact=exact)
        same = followed(one, provider=world.provider, store=world.store, now=LATER, event_id=EVENT_ID)
        assert same is one


# --- asking again and changing ----------------------------------------------------------------------------------------


def test_a_resend_resends_what_is_missing(world):
    one = world.begun()
    after = world.resend(one)
    assert (after.generation, after.resends, after.exact) == (one.generation, 1, ExactState.WANTED)
    assert world.begin(after) is Start.BEGUN
    assert world.provider.mailed == [AMY, AMY]
    unconfirmed = world.store.put(identity("rory@bookshelf.com", seconds=5, domain=IdentityDomain.of(MINE)))
    assert world.resend(unconfirmed).generation == 2


def test_a_resend_of_what_both_have_confirmed_is_refused(world):
    one = world.begun()
    world.provider.say(AMY, AddressState.VERIFIED)
    world.follow(one)
    with pytest.raises(AlreadyVerifiedError):
        world.resend(one)


def test_amazons_mail_is_resent_five_times_a_day_like_ours(world):
    one = world.begun()
    for _ in range(5):
        world.resend(one)
    with pytest.raises(TooManyMailsError):
        world.resend(one)


def test_another_from_mode_asks_its_owner_for_nothing_and_the_provider_for_its_part(world):
    one = world.confirmed(mode=FromMode.ALIGNED)
    exact = world.update(one, from_mode=FromMode.EXACT)
    assert (exact.generation, exact.status, exact.exact) == (1, IdentityStatus.VERIFIED, ExactState.WANTED)
    aligned = world.update(exact, from_mode=FromMode.ALIGNED)
    assert (aligned.exact, aligned.is_verified) == (None, True)
    assert world.update(aligned, from_mode=FromMode.EXACT).exact_round == exact.exact_round + 1


def test_another_spelling_of_the_address_is_another_address_to_the_provider(world):
    one = world.begun()
    after = world.update(one, email=address("AMY@bookshelf.com"))
    assert (after.generation, after.status, after.exact) == (1, IdentityStatus.VERIFIED, ExactState.WANTED)
    assert after.exact_round == one.exact_round + 1


def test_another_address_starts_with_its_owners_consent(world):
    after = world.update(world.begun(), email=address("rory@bookshelf.com"))
    assert (after.status, after.exact) == (IdentityStatus.PENDING, None)
    assert decided(after, IdentityStatus.VERIFIED, LATER).exact_round == 2


def test_another_name_leaves_the_verification_as_it_is(world):
    one = world.begun()
    assert world.update(one, name="Amy P.").exact is ExactState.PENDING
