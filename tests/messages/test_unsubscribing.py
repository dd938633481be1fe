"""Following a link to unsubscribe: whose mail stops, whose doesn't, and how often it may be followed."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest

from letterhead import identifiers
from letterhead.activity.log import Recording
from letterhead.messages.composition import compose
from letterhead.messages.departure import NotTakenError
from letterhead.messages.unsubscribe_link import link_token
from letterhead.messages.unsubscribing import Unsubscribing, WithUnsubscribeLinks
from letterhead.suppressions.suppression import Kept, SuppressionList
from letterhead.unavailable import UnavailableError
from tests.fakes.message_world import NOW, draft, mailbox, message


class Key:
    def __init__(self, value=b"k" * 64):
        self._value = value

    @property
    def value(self):
        if self._value is None:
            raise UnavailableError
        return self._value


class World:
    """A message, the lists and the log, in memory; it is all three stores itself."""

    def __init__(self, **changes) -> None:
        self.message = message(unsubscribable=True, **changes)
        self.entries, self.recorded, self.settled = {}, {}, []
        self.broken = None
        self.unsubscribing = Unsubscribing(
            messages=self, suppressions=self, log=self, key=Key(), new_id=identifiers.new_id
        )

    def head(self, account_id, message_id):
        known = (account_id, message_id) == (self.message.account_id, self.message.message_id)
        return self.message if known else None

    def add(self, wanted, now):
        for one in wanted:
            self.entries.setdefault(one.key, one)
        return tuple(Kept(self.entries[one.key], added=self.entries[one.key] is one) for one in wanted)

    def record(self, activity, now):
        if self.broken == "record":
            raise UnavailableError
        was = activity.activity_id in self.recorded
        self.recorded.setdefault(activity.activity_id, activity)
        return Recording("book", 1, settled=was and activity.activity_id in self.settled)

    def settle(self, activity, recording):
        if self.broken == "settle":
            raise UnavailableError
        self.settled.append(activity.activity_id)

    @property
    def token(self):
        return link_token(b"k" * 64, self.message)


@pytest.fixture
def world():
    return World()


def test_looking_changes_nothing(world):
    assert world.unsubscribing.look(world.token).address.key == "rita@reader.example"
    assert (world.entries, world.recorded) == ({}, {})


def test_following_stops_the_domains_mail_to_that_address_and_is_on_the_messages_history(world):
    world.unsubscribing.carry_out(world.token, NOW)
    ((key, entry),) = world.entries.items()
    assert (key.list, key.domain_id, key.subject) == (
        SuppressionList.UNSUBSCRIBES,
        "0domain00domain0",
        "rita@reader.example",
    )
    assert (entry.provenance.added_by, entry.provenance.message_id) == ("link", world.message.message_id)
    (activity,) = world.recorded.values()
    assert (activity.type, activity.recipient) == ("unsubscribed", "rita@reader.example")


def test_the_copys_reader_unsubscribes_the_one_whom_the_link_is_for():
    world = World(draft=draft(cc=(mailbox("carl@reader.example"),)))
    world.unsubscribing.carry_out(world.token, NOW)
    assert [key.subject for key in world.entries] == ["rita@reader.example"]


def test_following_twice_is_once(world):
    for _ in range(2):
        world.unsubscribing.carry_out(world.token, NOW)
    assert (len(world.entries), len(world.recorded), len(world.settled)) == (1, 1, 1)


@pytest.mark.parametrize("broken", ["record", "settle"])
def test_what_broke_off_is_finished_by_the_next_time_and_the_mail_has_stopped_meanwhile(world, broken):
    world.broken = broken
    with pytest.raises(UnavailableError):
        world.unsubscribing.carry_out(world.token, NOW)
    assert len(world.entries) == 1
    world.broken = None
    world.unsubscribing.carry_out(world.token, NOW)
    assert (len(world.entries), len(world.recorded), len(world.settled)) == (1, 1, 1)


def forged(world):
    token = world.token
    yield token[:-1] + ("A" if token[-1] != "A" else "B")
    yield token[:32] + "A" * 43
    yield link_token(b"x" * 64, world.message)
    yield link_token(b"k" * 64, replace(world.message, message_id="0another0message"))
    yield link_token(b"k" * 64, replace(world.message, draft=draft(to=(mailbox("eve@x.example"),))))
    yield ""


def test_a_forged_link_does_nothing(world):
    for token in forged(world):
        assert world.unsubscribing.look(token) is None
        assert world.unsubscribing.carry_out(token, NOW) is None
    assert world.entries == {}


@pytest.mark.parametrize("changes", [{"unsubscribable": False}, {"domain_id": None}])
def test_a_message_that_got_no_link_has_none(world, changes):
    token = world.token
    world.message = replace(world.message, **changes)
    assert world.unsubscribing.carry_out(token, NOW) is None


class Provider:
    def __init__(self) -> None:
        self.raw = None

    def send(self, one, now):
        self.raw = message_from_bytes(compose(one, now), policy=default)
        return "id"


def test_the_mail_carries_the_link_and_says_that_one_click_does_it(world):
    provider = Provider()
    WithUnsubscribeLinks(provider, Key(), "https://mail.example").send(world.message, NOW)
    assert provider.raw["List-Unsubscribe"] == f"<https://mail.example/unsubscribe/{world.token}>"
    assert provider.raw["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_mail_without_a_wish_for_a_link_has_none(world):
    provider = Provider()
    plain = replace(world.message, unsubscribable=False)
    WithUnsubscribeLinks(provider, Key(None), "https://mail.example").send(plain, NOW)
    assert provider.raw["List-Unsubscribe"] is None


def test_without_the_key_the_mail_waits_and_does_not_leave_without_its_link(world):
    provider = Provider()
    with pytest.raises(NotTakenError):
        WithUnsubscribeLinks(provider, Key(None), "https://mail.example").send(world.message, NOW)
    with pytest.raises(ValueError, match="without one"):
        compose(world.message, NOW)
    assert provider.raw is None


@pytest.mark.parametrize("place", ["{{unsubscribe}}", "{{ unsubscribe }}", "{$unsubscribe}"])
def test_the_link_stands_where_the_mail_has_a_place_for_it(place):
    world, provider = (
        World(draft=draft(text=f"Enough? {place}", html=f"<p>{place}</p>", subject=place)),
        Provider(),
    )
    WithUnsubscribeLinks(provider, Key(), "https://mail.example").send(world.message, NOW)
    link = f"https://mail.example/unsubscribe/{world.token}"
    text, html = (provider.raw.get_body([kind]).get_content().strip() for kind in ("plain", "html"))
    assert (text, html, provider.raw["Subject"]) == (f"Enough? {link}", f"<p>{link}</p>", place)
    assert provider.raw["List-Unsubscribe"] == f"<{link}>"


def test_the_callers_own_header_stays_beside_a_link_in_the_mail():
    stop = "<https://shop.example/stop>"
    world, provider = World(draft=draft(text="{{unsubscribe}}", list_unsubscribe=stop)), Provider()
    WithUnsubscribeLinks(provider, Key(), "https://mail.example").send(world.message, NOW)
    assert (provider.raw["List-Unsubscribe"], provider.raw["List-Unsubscribe-Post"]) == (stop, None)
    assert world.token in provider.raw.get_content()
