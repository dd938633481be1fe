"""What a link opens and what a press of a button does, seen from the person's side."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead.identities.confirmation import Decision, LinkState, Outcome, look, press
from letterhead.identities.decisions import consent_of
from letterhead.identities.identity import IdentityChangedError, IdentityStatus
from letterhead.identities.links import LINK_LIFETIME, ConfirmationLink, derive_token, hash_of, visit_field
from tests.fakes.identity_store import InMemoryConfirmations, InMemoryIdentities
from tests.fakes.sender_identities import ACCOUNT, NOW, identity

KEY = b"k" * 64
LATER = NOW + timedelta(minutes=5)


class Person:
    """Somebody with a mail, who opens its link and presses buttons."""

    def __init__(self) -> None:
        self.identities = InMemoryIdentities()
        self.links = InMemoryConfirmations()
        self.identity = identity()
        self.identities.add(self.identity)
        self.token = self.mailed(generation=1)

    def mailed(self, generation: int) -> str:
        token = derive_token(KEY, self.identity.identity_id, generation)
        self.links.keep(
            ConfirmationLink(
                hash_of(token), ACCOUNT, self.identity.identity_id, generation, NOW + LINK_LIFETIME
            )
        )
        return token

    def look(self, now=LATER, token=None):
        return look(token or self.token, links=self.links, matter=consent_of(self.identities), now=now)

    def press(self, decision=Decision.CONFIRM, *, now=LATER, token=None, visit=None):
        token = token or self.token
        return press(
            token,
            decision,
            visit_field(token, NOW) if visit is None else visit,
            links=self.links,
            matter=consent_of(self.identities),
            ledger=self.links,
            now=now,
            event_id="0event00event000",
        )

    @property
    def kept(self):
        return self.identities.by_id_now(ACCOUNT, self.identity.identity_id)

    def has(self, **changes):
        self.identities.put(replace(self.kept, **changes))


@pytest.fixture
def person():
    return Person()


def test_a_link_shows_the_identity_and_when_it_ends_and_changes_nothing(person):
    opened = person.look()
    assert (opened.state, opened.asked, opened.expires_at) == (
        LinkState.OPEN,
        person.identity,
        NOW + LINK_LIFETIME,
    )
    assert person.kept == person.identity


def test_pressing_the_button_verifies_the_identity(person):
    pressed = person.press()
    assert pressed.outcome is Outcome.DONE
    assert pressed.opened.state is LinkState.USED
    assert person.kept == replace(
        person.identity, status=IdentityStatus.VERIFIED, decided_at=LATER, updated_at=LATER
    )


@pytest.mark.parametrize(
    ("decision", "event_type"),
    [(Decision.CONFIRM, "sender_identity.verified"), (Decision.REFUSE, "sender_identity.refused")],
)
def test_a_decision_has_its_event_and_a_second_press_has_none(person, decision, event_type):
    person.press(decision)
    person.press(decision)
    (event,) = person.identities.events
    assert (event.type, event.event_id) == (event_type, "0event00event000")


def test_nothing_that_changes_nothing_has_an_event(person):
    person.look()
    person.press(visit="")
    person.press(now=NOW + LINK_LIFETIME)
    assert person.identities.events == []


@pytest.mark.parametrize("decision", Decision)
def test_a_decision_holds_though_the_identity_got_another_name_meanwhile(person, decision):
    straight = person.identities.decide

    def decide(*given):
        person.identities.decide = straight
        person.has(name="Amy Pond", updated_at=LATER)
        return straight(*given)

    person.identities.decide = decide
    assert person.press(decision).outcome is Outcome.DONE
    assert person.kept.name == person.identities.events[0].data["name"] == "Amy Pond"


def test_an_identity_that_never_stands_still_leaves_the_page_open(person):
    def decide(*_):
        raise IdentityChangedError

    person.identities.decide = decide
    pressed = person.press()
    assert (pressed.outcome, pressed.opened.state) == (Outcome.CLOSED, LinkState.OPEN)


def test_pressing_no_refuses_it(person):
    assert person.press(Decision.REFUSE).opened.state is LinkState.REFUSED
    assert person.kept.status is IdentityStatus.REFUSED
    assert not person.kept.is_verified


def test_who_said_no_is_not_to_be_asked_again_by_the_same_account_for_30_days(person):
    person.press(Decision.REFUSE)
    until = LATER + timedelta(days=30)
    assert person.links.standing("amy@bookshelf.com", ACCOUNT, LATER).refused_until == until
    assert person.links.standing("amy@bookshelf.com", "0another0account", LATER).refused_until is None


def test_yes_is_no_refusal(person):
    person.press()
    assert person.links.standing("amy@bookshelf.com", ACCOUNT, LATER).refused_until is None


def test_a_press_without_a_page_of_ours_changes_nothing(person):
    for visit in ("", "1." + "0" * 64, visit_field(person.token, NOW - timedelta(hours=2))):
        pressed = person.press(visit=visit)
        assert (pressed.outcome, pressed.opened.state) == (Outcome.STALE_VISIT, LinkState.OPEN)
    assert person.kept == person.identity


@pytest.mark.parametrize("decision", Decision)
def test_a_double_click_and_a_reload_are_told_the_same_again(person, decision):
    first = person.press(decision)
    again = person.press(decision, now=LATER + timedelta(minutes=10))
    assert (again.outcome, again.opened.state, again.opened.asked) == (
        Outcome.DONE,
        first.opened.state,
        first.opened.asked,
    )
    assert person.kept.decided_at == LATER


def test_a_second_thought_on_the_same_page_is_told_that_it_is_too_late(person):
    person.press(Decision.CONFIRM)
    pressed = person.press(Decision.REFUSE)
    assert (pressed.outcome, pressed.opened.state) == (Outcome.CLOSED, LinkState.USED)
    assert person.kept.is_verified


def test_a_press_on_a_page_shown_after_the_decision_is_told_that_the_link_was_used(person):
    person.press()
    later = LATER + timedelta(minutes=1)
    pressed = person.press(now=later, visit=visit_field(person.token, later))
    assert (pressed.outcome, pressed.opened.state) == (Outcome.CLOSED, LinkState.USED)


def test_of_two_presses_that_race_the_loser_hears_what_happened(person):
    winner_first = person.identities.decide

    def decide(*decision):
        person.identities.decide = winner_first
        person.press()
        return winner_first(*decision)

    person.identities.decide = decide
    assert person.press().outcome is Outcome.DONE
    person.identities.decide = winner_first
    assert person.kept.decided_at == LATER


def test_a_used_link_is_used_and_a_refused_one_refused(person):
    person.press()
    assert person.look().state is LinkState.USED
    person.has(status=IdentityStatus.REFUSED)
    assert person.look().state is LinkState.REFUSED


def test_a_link_ends_after_72_hours(person):
    end = NOW + timedelta(hours=72)
    assert person.look(end - timedelta(seconds=1)).state is LinkState.OPEN
    assert person.look(end).state is LinkState.EXPIRED
    pressed = person.press(now=end, visit=visit_field(person.token, end))
    assert (pressed.outcome, pressed.opened.state) == (Outcome.CLOSED, LinkState.EXPIRED)
    assert person.kept == person.identity


def test_a_new_generation_leaves_one_live_link(person):
    person.has(generation=2)
    newer = person.mailed(generation=2)
    assert person.look().state is LinkState.REPLACED
    assert person.press().outcome is Outcome.CLOSED
    assert not person.kept.is_verified
    assert person.press(token=newer).outcome is Outcome.DONE
    assert person.look().state is LinkState.REPLACED


def test_an_invented_link_and_a_deleted_identitys_are_equally_unknown(person):
    invented = person.look(token=derive_token(KEY, "0identity0ident0", 1))
    nonsense = person.look(token="../../etc/passwd")
    person.identities = InMemoryIdentities()
    assert invented == nonsense == person.look()
    assert invented.state is LinkState.UNKNOWN
    assert invented.asked is None
    assert person.press().outcome is Outcome.CLOSED
