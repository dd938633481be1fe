"""The mail to somebody who is to be a test recipient: who it is from, what stops it, and what its link does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from letterhead.accounts.account import Account
from letterhead.identities.confirmation import Decision, LinkState, look, press
from letterhead.identities.confirmation_mailing import Mailing
from letterhead.identities.decisions import consent_of as consent_of_identities
from letterhead.identities.identity import IdentityStatus, MailFailure
from letterhead.identities.limits import MailLimits
from letterhead.identities.links import LINK_LIFETIME, visit_field
from letterhead.mail.message import MailRefusedError
from letterhead.sandbox.consent import consent_of
from letterhead.sandbox.inviting import dismiss, invite, invite_again
from letterhead.sandbox.mailing import RecipientMailing, RecipientMailRequest
from letterhead.unavailable import UnavailableError
from tests.fakes.identity_store import InMemoryConfirmations, InMemoryIdentities
from tests.fakes.invited import recipient
from tests.fakes.sandbox_store import InMemorySandboxes
from tests.fakes.sender_identities import ACCOUNT, NOW
from tests.fakes.sending_domains import registered_domain

BASE = "https://mail.example"
ID = "0recipient000001"


class Outbox:
    def __init__(self) -> None:
        self.mails, self.failure = [], None

    def send(self, mail, now):
        if self.failure is not None:
            raise self.failure
        self.mails.append(mail)
        return "id"


class Key:
    value = b"k" * 64


class World:
    """Everything that the act touches, in memory."""

    def __init__(self, operators_own=("hello@operator.example", "sandbox.example")) -> None:
        self.store, self.links, self.mailbox = InMemorySandboxes(), InMemoryConfirmations(), Outbox()
        self.account = Account(ACCOUNT, "Web Agency", "owner@web-agency.com", NOW)
        self.domains = self
        self.registered = [
            registered_domain("pending.example", ACCOUNT, can_send=False),
            registered_domain("web-agency.com", ACCOUNT, can_send=True),
        ]
        self.limits = MailLimits(self.links, most_a_day=2)
        self.accounts = self.suppressed = self
        self.blocks = {}
        self.mailing = RecipientMailing(self.store, self, 2, self.mailbox, Key(), BASE, operators_own)
        invite(recipient(), store=self.store, limits=self.limits, now=NOW)

    def by_id(self, account_id):
        return self.account if self.account and account_id == ACCOUNT else None

    def blocking(self, account_id, domain_id, addresses, now):
        return {one: self.blocks[one] for one in addresses if one in self.blocks}

    def of_account(self, account_id):
        return [one for one in self.registered if one.account_id == account_id]

    def send(self, generation=1):
        return self.mailing.send(RecipientMailRequest(ACCOUNT, ID, generation), NOW)

    @property
    def kept(self):
        return self.store.of_account(ACCOUNT).by_id(ID)

    @property
    def token(self):
        (line,) = [line for line in self.mailbox.mails[-1].content.text.split() if line.startswith(BASE)]
        return line.removeprefix(f"{BASE}/test-recipients/")

    def look(self, now=NOW):
        return look(self.token, links=self.links, matter=consent_of(self.store), now=now)

    def press(self, decision):
        return press(
            self.token,
            decision,
            visit_field(self.token, NOW),
            links=self.links,
            matter=consent_of(self.store),
            ledger=self.links,
            now=NOW,
            event_id="0event00event000",
        )


@pytest.fixture
def world():
    return World()


@pytest.mark.parametrize(
    ("operators_own", "sender"),
    [
        (("hello@operator.example", "sandbox.example"), ("Letterhead", "hello@operator.example")),
        ((None, "sandbox.example"), ("Web Agency", f"no-reply@{ACCOUNT}.sandbox.example")),
        ((None, None), ("Web Agency", "no-reply@web-agency.com")),
    ],
)
def test_the_mail_is_from_the_first_that_may_send_for_the_account(operators_own, sender):
    world = World(operators_own)
    assert world.send() is Mailing.SENT
    (mail,) = world.mailbox.mails
    assert (mail.from_name, mail.from_address) == sender
    assert mail.to_address == "rory@bookshelf.com"
    assert mail.tags == {"account": ACCOUNT, "kind": "test_recipient_confirmation"}
    assert (world.kept.mailed_generation, world.kept.expires_at) == (1, NOW + LINK_LIFETIME)


def test_where_nothing_may_send_no_mail_leaves_and_the_recipient_says_why():
    world = World((None, None))
    world.registered.pop()
    assert world.send() is Mailing.FAILED
    assert world.kept.mail_failure is MailFailure.DOMAIN_NOT_VERIFIED
    assert world.mailbox.mails == []


def test_a_suppressed_address_is_not_asked(world):
    world.blocks["rory@bookshelf.com"] = ("block",)
    assert world.send() is Mailing.FAILED
    assert world.kept.mail_failure is MailFailure.SUPPRESSED
    assert world.mailbox.mails == []


def test_a_request_that_comes_twice_is_one_mail(world):
    assert [world.send(), world.send()] == [Mailing.SENT, Mailing.OUTDATED]
    assert len(world.mailbox.mails) == 1


@pytest.mark.parametrize("generation", [0, 2])
def test_a_request_of_another_generation_is_outdated(world, generation):
    assert world.send(generation) is Mailing.OUTDATED


def test_who_was_removed_or_has_answered_gets_no_mail(world):
    before = world.store.of_account(ACCOUNT)
    world.store.change(before, before.changed(ID, lambda one: replace(one, status=IdentityStatus.REFUSED)))
    assert world.send() is Mailing.OUTDATED
    dismiss(ACCOUNT, ID, store=world.store)
    assert world.send() is Mailing.OUTDATED
    assert world.mailbox.mails == []


def test_a_suspended_or_closed_account_asks_nobody(world):
    world.account = replace(world.account, suspended_at=NOW)
    assert world.send() is Mailing.FAILED
    world.account = None
    assert world.send() is Mailing.FAILED
    assert world.kept.mail_failure is MailFailure.ACCOUNT_SUSPENDED
    assert world.mailbox.mails == []


def test_an_address_gets_only_so_many_mails_a_day_and_no_more_by_asking_again(world):
    world.send()
    invite_again(ACCOUNT, ID, store=world.store, limits=world.limits, now=NOW)
    world.links.count_mail("rory@bookshelf.com", 2, NOW)
    assert world.send(2) is Mailing.FAILED
    assert world.kept.mail_failure is MailFailure.ADDRESS_LIMIT
    assert len(world.mailbox.mails) == 1


def test_a_busy_provider_brings_the_request_back_and_the_same_link_goes_out(world):
    world.mailbox.failure = UnavailableError()
    with pytest.raises(UnavailableError):
        world.send()
    assert world.kept.mail_failure is MailFailure.PROVIDER_BUSY
    world.mailbox.failure = None
    assert world.send() is Mailing.SENT
    assert world.kept.mail_failure is None
    assert len(world.links.kept) == 1


def test_a_mail_that_the_provider_refuses_is_done_with(world):
    world.mailbox.failure = MailRefusedError()
    assert world.send() is Mailing.FAILED
    assert world.kept.mail_failure is MailFailure.PROVIDER_REFUSED


def test_a_recipient_removed_while_the_mail_leaves_stays_removed(world):
    straight = world.mailbox.send

    def send(mail, now):
        dismiss(ACCOUNT, ID, store=world.store)
        return straight(mail, now)

    world.mailbox.send = send
    assert world.send() is Mailing.SENT
    assert world.kept is None


def test_looking_at_the_link_changes_nothing(world):
    world.send()
    before = world.kept
    assert world.look().state is LinkState.OPEN
    assert world.kept == before


@pytest.mark.parametrize(
    ("decision", "state", "verified"),
    [(Decision.CONFIRM, LinkState.USED, {"rory@bookshelf.com"}), (Decision.REFUSE, LinkState.REFUSED, set())],
)
def test_only_a_yes_makes_a_verified_test_recipient(world, decision, state, verified):
    world.send()
    assert world.press(decision).opened.state is state
    assert world.store.of_account(ACCOUNT).verified == verified


def test_a_no_holds_the_account_off(world):
    world.send()
    world.press(Decision.REFUSE)
    assert world.links.standing("rory@bookshelf.com", ACCOUNT, NOW).refused_until is not None


def test_a_second_answer_changes_nothing(world):
    world.send()
    world.press(Decision.CONFIRM)
    world.press(Decision.REFUSE)
    assert world.kept.is_verified


def test_a_newer_mail_replaces_the_link(world):
    world.send()
    old = world.token
    invite_again(ACCOUNT, ID, store=world.store, limits=world.limits, now=NOW)
    opened = look(old, links=world.links, matter=consent_of(world.store), now=NOW)
    assert opened.state is LinkState.REPLACED


def test_a_removed_recipients_link_is_unknown(world):
    world.send()
    dismiss(ACCOUNT, ID, store=world.store)
    assert world.look().state is LinkState.UNKNOWN


def test_a_link_for_test_mail_is_none_to_an_identitys_page(world):
    world.send()
    opened = look(world.token, links=world.links, matter=consent_of_identities(InMemoryIdentities()), now=NOW)
    assert opened.state is LinkState.UNKNOWN
