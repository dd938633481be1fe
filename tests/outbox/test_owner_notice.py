"""Telling an account's owner: once, from a domain that may send, and not when there is nobody to tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead.accounts.account import Account
from letterhead.adapters.mail_addresses import MailAddresses
from letterhead.identities.decisions import decided, decision_event
from letterhead.identities.identity import IdentityDomain, IdentityStatus
from letterhead.mail.message import MailRefusedError
from letterhead.outbox.event import Event, EventType
from letterhead.outbox.owner_notice import NoticeRequest, OwnerNotices, Telling
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
        self.notices = OwnerNotices(self.events, self.accounts, self.domains, MailAddresses(), self.mailbox)

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
    notices = OwnerNotices(
        InMemoryOutbox(paused), world.accounts, world.domains, MailAddresses(), world.mailbox
    )

    assert notices.send(REQUEST, NOW) is Telling.SENT
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
    notices = OwnerNotices(
        InMemoryOutbox(failing), world.accounts, world.domains, MailAddresses(), world.mailbox
    )

    assert notices.send(REQUEST, NOW) is Telling.SENT
    (mail,) = world.mailbox.mails
    assert mail.content.subject == subject
    assert "https://hooks.acme.com/" in mail.content.text
