"""Telling an account's owner: once, from a domain that may send, and not when there is nobody to tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead import identifiers
from letterhead.accounts.account import Account
from letterhead.adapters.mail_addresses import MailAddresses
from letterhead.domains.records import RecordPurpose, RecordStatus
from letterhead.identities.decisions import decided, decision_event, taken_over_event
from letterhead.identities.identity import IdentityDomain, IdentityStatus
from letterhead.mail.message import MailRefusedError
from letterhead.outbox.event import Event, EventType
from letterhead.outbox.owner_notice import _ABOUT_DOMAINS, NoticeRequest, NoticeRules, OwnerNotices, Telling
from letterhead.unavailable import UnavailableError
from tests.fakes.domain_store import InMemoryDomains
from tests.fakes.outbox import InMemoryOutbox
from tests.fakes.sender_identities import ACCOUNT, NOW, identity
from tests.fakes.sending_domains import registered_domain

DOMAIN = registered_domain("web-agency.com", ACCOUNT, can_send=True)
IDENTITY = identity(domain=IdentityDomain.of(DOMAIN))
REQUEST = NoticeRequest(ACCOUNT, "0event00event000")


class Mailbox:
    def __init__(self) -> None:
        self.mails = []
        self.failure = None

    def send(self, mail, now):
        if self.failure is not None:
            raise self.failure
        self.mails.append(mail)
        return "message"


class Queue:
    def __init__(self) -> None:
        self.later = []

    def put_later(self, request, delay):
        self.later.append((request, delay))


class Accounts:
    def __init__(self) -> None:
        self.account = Account(ACCOUNT, "Web Agency", "owner@bücher.example", NOW)

    def by_id(self, account_id):
        return self.account


class World:
    def __init__(self, status=IdentityStatus.REFUSED) -> None:
        self.events = InMemoryOutbox(decision_event(decided(IDENTITY, status, NOW), REQUEST.event_id, NOW))
        self.accounts = Accounts()
        self.domains = InMemoryDomains()
        self.domains.claim(DOMAIN)
        self.mailbox = Mailbox()
        self.queue = Queue()
        self.rules = NoticeRules()

    @property
    def notices(self) -> OwnerNotices:
        return OwnerNotices(
            self.events,
            self.accounts,
            self.domains,
            MailAddresses(),
            self.mailbox,
            self.queue,
            self.rules,
        )

    def send(self, now=NOW):
        return self.notices.send(REQUEST, now)


@pytest.fixture
def world():
    return World()


def test_the_owner_hears_who_refused(world):
    assert world.send() is Telling.SENT
    (mail,) = world.mailbox.mails
    assert (mail.from_name, mail.from_address) == ("Letterhead", "no-reply@web-agency.com")
    assert mail.to_address == "owner@xn--bcher-kva.example"
    assert mail.content.subject == "amy@bookshelf.com refused to be a sender of Web Agency"
    assert mail.tags == {"account": ACCOUNT, "event": REQUEST.event_id, "kind": "owner_notice"}


def test_the_owner_hears_whose_address_went_to_somebody_else_and_not_to_whom(world):
    world.events = InMemoryOutbox(taken_over_event(IDENTITY, REQUEST.event_id, NOW))
    assert [world.send(), world.send()] == [Telling.SENT, Telling.OUTDATED]
    (mail,) = world.mailbox.mails
    assert mail.content.subject == "amy@bookshelf.com can't be a sender of Web Agency any more"
    assert "web-agency.com" in mail.content.text


def test_a_request_delivered_twice_is_one_mail(world):
    assert [world.send(), world.send()] == [Telling.SENT, Telling.OUTDATED]
    assert len(world.mailbox.mails) == 1


def test_a_mail_that_has_to_wait_is_tried_again(world):
    world.mailbox.failure = UnavailableError()
    with pytest.raises(UnavailableError):
        world.send()
    world.mailbox.failure = None
    assert world.send() is Telling.SENT


def test_a_mail_that_the_provider_will_not_take_is_not_tried_for_ever(world):
    world.mailbox.failure = MailRefusedError()
    assert world.send() is Telling.REFUSED


def test_of_a_confirmation_the_owner_is_told_by_the_api_alone():
    world = World(IdentityStatus.VERIFIED)
    assert world.send() is Telling.OUTDATED
    assert world.mailbox.mails == []


def test_an_event_of_a_month_ago_is_no_news(world):
    assert world.send(NOW + timedelta(days=30)) is Telling.OUTDATED


@pytest.mark.parametrize("suspended", [True, False], ids=["suspended", "gone"])
def test_nothing_is_sent_to_an_account_that_is_suspended_or_gone(world, suspended):
    world.accounts.account = replace(world.accounts.account, suspended_at=NOW) if suspended else None
    assert world.send() is Telling.OUTDATED
    assert world.mailbox.mails == []


@pytest.mark.parametrize("gone", [True, False], ids=["gone", "lapsed"])
def test_nothing_is_sent_from_a_domain_that_may_not_send(world, gone):
    if gone:
        world.domains.release(DOMAIN)
    else:
        world.domains.save(replace(DOMAIN, can_send=False), before=DOMAIN)
    assert world.send() is Telling.NO_SENDER
    assert world.mailbox.mails == []


@pytest.mark.parametrize("owner", ["owner@nowhere..example", "jörg@bookshelf.com"])
def test_an_owner_whom_mail_cannot_reach_is_left_alone(world, owner):
    world.accounts.account = replace(world.accounts.account, owner_email=owner)
    assert world.send() is Telling.UNDELIVERABLE


def test_the_owner_hears_that_sending_is_paused_from_the_paused_domain_itself(world):
    paused = Event(
        event_id=REQUEST.event_id,
        type=EventType.DOMAIN_SENDING_PAUSED,
        account_id=ACCOUNT,
        domain_id=DOMAIN.domain_id,
        occurred_at=NOW,
        data={
            "name": DOMAIN.name,
            "reason": "bounces",
            "rate": 0.06,
            "threshold": 0.05,
            "volume": 1000,
            "window_hours": 24,
        },
    )
    world.events = InMemoryOutbox(paused)

    assert world.send() is Telling.SENT
    (mail,) = world.mailbox.mails
    assert mail.content.subject == "Sending from web-agency.com is paused"
    assert "6 %" in mail.content.text


@pytest.mark.parametrize(
    ("kind", "more", "subject"),
    [
        (EventType.WEBHOOK_FAILING, {"failures": 20}, "A webhook of Web Agency keeps failing"),
        (
            EventType.WEBHOOK_DISABLED,
            {"reason": "gone", "since": "2026-06-14T09:00:00Z"},
            "A webhook of Web Agency is disabled",
        ),
    ],
)
def test_the_owner_hears_of_a_webhook_that_fails(world, kind, more, subject):
    failing = Event(
        event_id=REQUEST.event_id,
        type=kind,
        account_id=ACCOUNT,
        domain_id=DOMAIN.domain_id,
        occurred_at=NOW,
        data={"webhook_id": "0kx2m9ab1c3d4e60", "url": "https://hooks.acme.com/", **more},
    )
    world.events = InMemoryOutbox(failing)

    assert world.send() is Telling.SENT
    (mail,) = world.mailbox.mails
    assert mail.content.subject == subject
    assert "https://hooks.acme.com/" in mail.content.text


# --- domains ----------------------------------------------------------------------------------------------------------

DMARC = {
    "record": "dmarc",
    "name": "_dmarc.web-agency.com",
    "type": "TXT",
    "status": "failed",
    "old": "v=DMARC1; p=none",
    "new": None,
    "findings": [
        {"code": "dmarc_missing", "expected": "v=DMARC1; p=none", "fix": {"sentence": "Add a <TXT> record."}}
    ],
}


def about(kind, number=0, domain="web-agency.com", minutes=0.0, **data) -> Event:
    return Event(
        identifiers.new_id(NOW + timedelta(minutes=minutes)),
        kind,
        ACCOUNT,
        DOMAIN.domain_id if number == 0 else f"{number}domain0domain00",
        NOW + timedelta(minutes=minutes),
        data={"name": domain, "status": "failed", "records": [DMARC], **data},
    )


def told_of(*events) -> World:
    world = World()
    world.events = InMemoryOutbox(*events)
    return world


def request(event: Event, *, waited=False) -> NoticeRequest:
    return NoticeRequest(ACCOUNT, event.event_id, waited)


def test_the_owner_hears_what_is_gone_and_what_to_do():
    event = about(EventType.DOMAIN_RECORD_MISSING)
    world = told_of(event)
    assert world.notices.send(request(event), NOW) is Telling.SENT
    (mail,) = world.mailbox.mails
    assert mail.content.subject == "DNS records of web-agency.com are gone"
    for part in ("TXT _dmarc.web-agency.com", "v=DMARC1; p=none", "nothing", "Sunday, 14 June 2026"):
        assert part in mail.content.text
        assert part in mail.content.html
    assert "Add a <TXT> record." in mail.content.text
    assert "Add a &lt;TXT&gt; record." in mail.content.html


@pytest.mark.parametrize("kind", sorted(_ABOUT_DOMAINS))
@pytest.mark.parametrize(
    "reason", [None, "setup", "provider", "dkim_absent", "released", "proven_by_another"]
)
def test_every_event_about_a_domain_has_its_words(kind, reason):
    event = about(kind, domain="<b>bücher</b>.example", **({"reason": reason} if reason else {}))
    world = told_of(event)
    assert world.notices.send(request(event), NOW) is Telling.SENT
    (mail,) = world.mailbox.mails
    assert "<b>bücher</b>.example" in mail.content.subject
    assert "<b>bücher" not in mail.content.html
    assert "{" not in mail.content.text


@pytest.mark.parametrize(
    ("kind", "reason"),
    [(EventType.DOMAIN_FAILED, "records"), (EventType.DOMAIN_VERIFIED, "restored")],
)
def test_what_follows_from_a_record_is_told_with_the_record(kind, reason):
    event = about(kind, reason=reason)
    world = told_of(event)
    assert world.notices.send(request(event), NOW) is Telling.OUTDATED


def test_mails_about_domains_can_be_turned_off_and_refusals_go_on(world):
    world.rules = NoticeRules(about_domains=False)
    assert world.send() is Telling.SENT
    event = about(EventType.DOMAIN_RECORD_MISSING)
    off = told_of(event)
    off.rules = NoticeRules(about_domains=False)
    assert off.notices.send(request(event), NOW) is Telling.TURNED_OFF
    assert off.mailbox.mails == []


def test_three_domains_are_three_mails():
    events = [about(EventType.DOMAIN_RECORD_MISSING, number, f"d{number}.com", number) for number in range(3)]
    world = told_of(*events)
    world.rules = NoticeRules(shared_sender="hello@operator.example")
    assert {world.notices.send(request(event), NOW) for event in events} == {Telling.SENT}
    assert len(world.mailbox.mails) == 3


def test_more_than_three_domains_within_an_hour_are_one_mail():
    events = [about(EventType.DOMAIN_RECORD_MISSING, number, f"d{number}.com") for number in range(60)]
    world = told_of(*events)
    assert {world.notices.send(request(event), NOW) for event in events} == {Telling.PUT_OFF}
    assert world.mailbox.mails == []
    assert {delay for _, delay in world.queue.later} == {timedelta(minutes=10)}
    later = [one for one, _ in world.queue.later]
    told = [world.notices.send(each, NOW + timedelta(minutes=10)) for each in later]
    assert told.count(Telling.SENT) == 1
    assert told.count(Telling.OUTDATED) == 59
    (mail,) = world.mailbox.mails
    assert mail.content.subject == "60 of your domains have changed"
    lines = mail.content.text.splitlines()
    assert sum(f"- DNS records of d{number}.com are gone" in mail.content.text for number in range(60)) == 50
    assert "… and 10 more." in lines


def test_four_changes_hours_apart_are_four_mails():
    events = [
        about(EventType.DOMAIN_RECORD_MISSING, number, f"d{number}.com", 61 * number) for number in range(4)
    ]
    world = told_of(*events)
    world.rules = NoticeRules(shared_sender="hello@operator.example")
    assert {world.notices.send(request(event), NOW) for event in events} == {Telling.SENT}


GONE, BACK = EventType.DOMAIN_RECORD_MISSING, EventType.DOMAIN_RECORD_RESTORED
DAY, QUARTER = timedelta(days=1), timedelta(minutes=15)


def test_a_record_that_comes_and_goes_every_hour_is_at_most_two_mails_a_day():
    events = [about((GONE, BACK)[hour % 2], minutes=60 * hour) for hour in range(72)]
    world = told_of()
    told = world.events
    waiting = []
    mails = []
    for quarter in range(4 * 24 * 5):
        now = NOW + quarter * QUARTER
        ready, waiting = waiting, []
        for event in events:
            if event.occurred_at == now:
                told.add(event)
                ready.append(request(event))
        for each in ready:
            before = len(world.mailbox.mails)
            world.notices.send(each, now)
            mails += [now] * (len(world.mailbox.mails) - before)
        waiting += [each for each, delay in world.queue.later if delay <= QUARTER]
        # Those that were put off for less than a quarter come with the next step.
        world.queue.later.clear()
        assert len(waiting) <= 1

    assert mails[:2] == [NOW, NOW + timedelta(hours=1)]
    assert all(later - earlier >= DAY for earlier, later in zip(mails, mails[2:], strict=False))
    assert waiting == []
    # Nothing is lost: whatever happened is in some mail, and the last one says how it ended.
    assert len(told.told) == len(events)
    assert world.mailbox.mails[-1].content.subject == "The DNS records of web-agency.com are right again"
    assert "web-agency.com has changed" in world.mailbox.mails[-1].content.text


def test_another_record_and_another_domain_are_told_beside_one_that_comes_and_goes():
    before = [about((GONE, BACK)[hour % 2], minutes=60 * hour) for hour in range(2)]
    third = about(GONE, minutes=120)
    other_record = about(GONE, minutes=121, records=[DMARC | {"record": "dkim_1"}])
    other_domain = about(GONE, 7, "other.com", minutes=122)
    stopped = about(EventType.DOMAIN_SENDING_STOPPED, minutes=123)
    events = [*before, third, other_record, other_domain, stopped]
    world = told_of(*events)
    world.rules = NoticeRules(shared_sender="hello@operator.example")
    became = [world.notices.send(request(event), event.occurred_at) for event in events]

    assert became == [
        *[Telling.SENT] * 2,
        Telling.PUT_OFF,
        *[Telling.SENT] * 3,
    ]


def test_who_waited_in_vain_is_told_alone():
    event = about(EventType.DOMAIN_RECORD_MISSING)
    world = told_of(event)
    assert world.notices.send(request(event, waited=True), NOW) is Telling.SENT
    assert world.mailbox.mails[0].content.subject == "DNS records of web-agency.com are gone"


def test_the_shared_sender_goes_before_the_accounts_own_domains(world):
    world.rules = NoticeRules(shared_sender="hello@operator.example")
    world.domains.release(DOMAIN)
    assert world.send() is Telling.SENT
    assert world.mailbox.mails[0].from_address == "hello@operator.example"


def test_another_domain_of_the_account_speaks_for_one_that_can_not():
    event = about(EventType.DOMAIN_SENDING_STOPPED)
    world = told_of(event)
    world.domains.save(replace(DOMAIN, can_send=False), before=DOMAIN)
    verified = dict.fromkeys(RecordPurpose, RecordStatus.VERIFIED)
    world.domains.claim(registered_domain("other.com", ACCOUNT, can_send=True, statuses=verified))
    assert world.notices.send(request(event), NOW) is Telling.SENT
    assert world.mailbox.mails[0].from_address == "no-reply@other.com"
