"""Sending a confirmation mail: what goes out, what doesn't, and what becomes of trouble."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead.accounts.account import Account
from letterhead.identities.confirmation import Decision, LinkState, look, press
from letterhead.identities.confirmation_mailing import (
    ConfirmationMailing,
    Mailing,
    MailingStores,
    MailRequest,
)
from letterhead.identities.decisions import consent_of
from letterhead.identities.identity import IdentityDomain, IdentityStatus, MailFailure
from letterhead.identities.link_host import LinkAddresses, LinkHost, Trouble
from letterhead.identities.links import LINK_LIFETIME, hash_of, visit_field
from letterhead.identities.settings import SettingsChange
from letterhead.mail.message import MailRefusedError
from letterhead.unavailable import UnavailableError
from tests.fakes.domain_store import InMemoryDomains
from tests.fakes.identity_settings import InMemorySettings
from tests.fakes.identity_store import InMemoryConfirmations, InMemoryIdentities
from tests.fakes.sender_identities import ACCOUNT, NOW, identity
from tests.fakes.sending_domains import registered_domain

DOMAIN = registered_domain("web-agency.com", ACCOUNT, can_send=True)
BASE = "https://mail.example"


class Mailbox:
    """A mailer that keeps what it is given, or fails as told."""

    def __init__(self) -> None:
        self.mails = []
        self.failure = None

    def send(self, mail, now):
        if self.failure is not None:
            raise self.failure
        self.mails.append(mail)
        return f"message-{len(self.mails)}"

    @property
    def token(self):
        ((line,),) = [
            [line for line in mail.content.text.split() if line.startswith(BASE)] for mail in self.mails[-1:]
        ]
        return line.removeprefix(f"{BASE}/confirmations/")


class LinkHosts:
    """Looks at link hosts; `trouble` is what every one of them has."""

    def __init__(self) -> None:
        self.trouble = None
        self.looked_at = []

    def url(self, host):
        return f"https://{host}"

    def checked(self, one, now):
        self.looked_at.append((one.host, one.target))
        return replace(one, trouble=self.trouble, checked_at=now)


class Suppressed:
    """Blocks one address, or none."""

    def __init__(self) -> None:
        self.blocked = None
        self.failure = None

    def blocking(self, account_id, domain_id, addresses, now):
        if self.failure is not None:
            raise self.failure
        assert (account_id, domain_id) == (ACCOUNT, DOMAIN.domain_id)
        return {one: ("a block",) for one in addresses if one == self.blocked}


class Key:
    value = b"k" * 64


class Accounts:
    def __init__(self) -> None:
        self.account = Account(ACCOUNT, "Web Agency", "owner@web-agency.com", NOW)

    def by_id(self, account_id):
        return self.account if self.account and account_id == ACCOUNT else None


class World:
    """Everything that the act touches, in memory."""

    def __init__(self) -> None:
        self.identities = InMemoryIdentities()
        self.links = InMemoryConfirmations()
        self.domains = InMemoryDomains()
        self.domains.claim(DOMAIN)
        self.accounts = Accounts()
        self.settings = InMemorySettings()
        self.mailbox = Mailbox()
        self.identity = identity(
            domain=IdentityDomain.of(DOMAIN), add_note=True, personal_note="Hi Amy <b>!</b>"
        )
        self.identities.add(self.identity)
        self.suppressed = Suppressed()
        self.link_hosts = LinkHosts()
        stores = MailingStores(
            self.identities, self.links, self.domains, self.accounts, self.settings, self.suppressed
        )
        addresses = LinkAddresses(self.link_hosts, public_url=BASE, target="links.agency.example")
        self.mailing = ConfirmationMailing(stores, 2, self.mailbox, Key(), addresses)

    def send(self, generation=1, now=NOW):
        return self.mailing.send(MailRequest(ACCOUNT, self.identity.identity_id, generation), now)

    @property
    def kept(self):
        return self.identities.by_id_now(ACCOUNT, self.identity.identity_id)


@pytest.fixture
def world():
    return World()


def test_the_mail_comes_from_the_verified_domain_and_goes_to_the_address(world):
    assert world.send() is Mailing.SENT
    (mail,) = world.mailbox.mails
    assert (mail.from_name, mail.from_address) == ("Web Agency", "no-reply@web-agency.com")
    assert mail.to_address == "amy@bookshelf.com"
    assert mail.tags == {
        "account": ACCOUNT,
        "domain": world.identity.domain.domain_id,
        "identity": world.identity.identity_id,
        "kind": "identity_confirmation",
    }


def test_an_account_chooses_who_the_mail_is_from_and_what_it_says(world):
    world.settings.change(
        ACCOUNT,
        SettingsChange(
            {
                "sender_name": "Hello from us",
                "sender_local_part": "hello",
                "subject": "{{ asker }} and {{ address }}",
                "text": "Dear {{ name }},\n\n{{ link }}\n",
                "html": "<h1>Dear {{ name }}</h1>{{ button }}",
                "button_text": "Go on",
            }
        ),
    )
    world.send()
    (mail,) = world.mailbox.mails
    assert (mail.from_name, mail.from_address) == ("Hello from us", "hello@web-agency.com")
    assert mail.content.subject == "Web Agency and amy@bookshelf.com"
    assert mail.content.text.startswith(
        f"Dear Amy from Book Shelf,\n\n{BASE}/confirmations/{world.mailbox.token}\n"
    )
    assert "<h1>Dear Amy from Book Shelf</h1>" in mail.content.html
    assert ">Go on</a>" in mail.content.html


@pytest.mark.parametrize("can_send", [True, False])
def test_an_own_sender_address_gives_way_when_its_domain_may_not_send_any_more(world, can_send):
    other = registered_domain("mail.example", ACCOUNT, domain_id="0domain00domain1", can_send=can_send)
    world.domains.claim(other)
    own = {"sender_email": "us@mail.example", "sender_domain_id": other.domain_id}
    world.settings.change(ACCOUNT, SettingsChange(own))
    world.send()
    expected = "us@mail.example" if can_send else "no-reply@web-agency.com"
    assert world.mailbox.mails[0].from_address == expected


def test_the_link_in_the_mail_opens_the_page_for_72_hours(world):
    world.send()
    opened = look(world.mailbox.token, links=world.links, matter=consent_of(world.identities), now=NOW)
    assert (opened.state, opened.expires_at) == (LinkState.OPEN, NOW + LINK_LIFETIME)


def test_what_is_kept_of_the_link_is_its_hash(world):
    world.send()
    assert list(world.links.kept) == [hash_of(world.mailbox.token)]
    assert world.mailbox.token not in repr(world.links.kept)


def test_the_identity_knows_that_it_was_mailed(world):
    world.send()
    assert world.kept == replace(
        world.identity, mailed_generation=1, mailed_at=NOW, expires_at=NOW + LINK_LIFETIME
    )


def test_a_request_delivered_twice_is_one_mail(world):
    assert [world.send(), world.send()] == [Mailing.SENT, Mailing.OUTDATED]
    assert len(world.mailbox.mails) == 1


def test_a_mail_that_left_without_being_noted_repeats_the_same_link_and_its_end(world):
    world.send()
    first = world.mailbox.token
    world.identities.put(world.identity)
    world.send(now=NOW + timedelta(hours=1))
    assert world.mailbox.token == first
    assert world.kept.expires_at == NOW + LINK_LIFETIME
    assert len(world.links.kept) == 1


def test_a_request_of_an_older_generation_is_left_aside(world):
    world.identities.put(replace(world.identity, generation=2))
    assert [world.send(1), world.send(2)] == [Mailing.OUTDATED, Mailing.SENT]
    assert len(world.mailbox.mails) == 1


@pytest.mark.parametrize("status", [IdentityStatus.VERIFIED, IdentityStatus.REFUSED])
def test_a_decided_identity_gets_no_mail(world, status):
    world.identities.put(replace(world.identity, status=status, decided_at=NOW))
    assert world.send() is Mailing.OUTDATED


def test_a_deleted_identity_gets_no_mail(world):
    world.mailing.send(MailRequest(ACCOUNT, "0identity0ident0", 1), NOW)
    assert world.mailbox.mails == []


def test_a_throttle_shows_on_the_identity_and_the_request_comes_back(world):
    world.mailbox.failure = UnavailableError()
    with pytest.raises(UnavailableError):
        world.send()
    assert world.kept.mail_failure is MailFailure.PROVIDER_BUSY
    world.mailbox.failure = None
    assert world.send() is Mailing.SENT
    assert world.kept.mail_failure is None


def test_a_refusal_is_noted_and_not_tried_for_ever(world):
    world.mailbox.failure = MailRefusedError()
    assert world.send() is Mailing.FAILED
    assert world.kept.mail_failure is MailFailure.PROVIDER_REFUSED


def test_nothing_is_sent_from_a_domain_that_may_not_send(world):
    world.domains.save(replace(DOMAIN, can_send=False), before=DOMAIN)
    assert world.send() is Mailing.FAILED
    assert world.kept.mail_failure is MailFailure.DOMAIN_NOT_VERIFIED
    assert (world.mailbox.mails, world.links.kept) == ([], {})


def test_nothing_is_sent_from_a_domain_that_is_gone(world):
    world.domains.release(DOMAIN)
    assert world.send() is Mailing.FAILED
    assert world.kept.mail_failure is MailFailure.DOMAIN_NOT_VERIFIED


@pytest.mark.parametrize("suspended", [True, False], ids=["suspended", "gone"])
def test_nothing_is_sent_for_an_account_that_is_suspended_or_gone(world, suspended):
    world.accounts.account = replace(world.accounts.account, suspended_at=NOW) if suspended else None
    assert world.send() is Mailing.FAILED
    assert world.kept.mail_failure is MailFailure.ACCOUNT_SUSPENDED
    assert world.mailbox.mails == []


def test_nothing_is_sent_when_a_store_does_not_answer(world):
    def unavailable(*_):
        raise UnavailableError

    for part in ("domains", "accounts", "links", "identities", "settings"):
        broken = World()
        store = getattr(broken, part)
        for name in ("by_id", "by_id_now", "keep", "of_account"):
            setattr(store, name, unavailable)
        with pytest.raises(UnavailableError):
            broken.send()
        assert broken.mailbox.mails == []


def test_an_address_that_ses_cannot_reach_is_told_so(world):
    world.identity = identity("jörg@bookshelf.com", seconds=1, domain=IdentityDomain.of(DOMAIN))
    world.identities.add(world.identity)
    assert world.send() is Mailing.FAILED
    assert world.kept.mail_failure is MailFailure.ADDRESS_NOT_DELIVERABLE


def test_an_address_gets_so_many_mails_a_day_and_no_more_whoever_asks(world):
    for _ in range(2):
        assert world.links.count_mail("amy@bookshelf.com", 2, NOW)
    assert world.send() is Mailing.FAILED
    assert world.kept.mail_failure is MailFailure.ADDRESS_LIMIT
    assert world.send() is Mailing.OUTDATED
    assert world.mailbox.mails == []


def test_a_mail_that_is_tried_again_counts_once(world):
    world.mailbox.failure = UnavailableError()
    for _ in range(5):
        with pytest.raises(UnavailableError):
            world.send()
    assert world.links.standing("amy@bookshelf.com", ACCOUNT, NOW).mails_today == 1


def test_a_note_goes_along_only_when_asked_for(world):
    world.send()
    assert "Hi Amy <b>!</b>" in world.mailbox.mails[0].content.text
    silent = World()
    silent.identities.put(replace(silent.identity, add_note=False))
    silent.send()
    assert "Hi Amy" not in silent.mailbox.mails[0].content.text


def test_a_mailed_link_confirms(world):
    world.send()
    token = world.mailbox.token
    press(
        token,
        Decision.CONFIRM,
        visit_field(token, NOW),
        links=world.links,
        matter=consent_of(world.identities),
        ledger=world.links,
        now=NOW,
        event_id="0event00event000",
    )
    assert world.kept.is_verified


def test_an_address_on_a_suppression_list_gets_no_mail_and_the_identity_says_so(world):
    world.suppressed.blocked = "amy@bookshelf.com"

    assert world.send() is Mailing.FAILED
    assert world.mailbox.mails == []
    assert world.kept.mail_failure is MailFailure.SUPPRESSED

    world.suppressed.blocked = None
    assert world.send() is Mailing.SENT


def test_while_the_suppression_lists_cant_be_read_nothing_leaves(world):
    world.suppressed.failure = UnavailableError()

    with pytest.raises(UnavailableError):
        world.send()
    assert world.mailbox.mails == []


OWN = LinkHost(DOMAIN.domain_id, "links.web-agency.com", "links.agency.example")


def link_of(world):
    (link,) = [word for word in world.mailbox.mails[-1].content.text.split() if "/confirmations/" in word]
    return link


def test_a_link_leads_to_the_domains_own_host_while_that_answers(world):
    world.settings.change(ACCOUNT, SettingsChange({"link_hosts": (OWN,)}))

    world.send()

    assert link_of(world).startswith("https://links.web-agency.com/confirmations/")
    assert world.link_hosts.looked_at == [("links.web-agency.com", "links.agency.example")]


def test_a_link_leads_to_the_default_host_while_the_own_one_doesnt_answer(world):
    world.settings.change(ACCOUNT, SettingsChange({"link_hosts": (replace(OWN, trouble=None),)}))
    world.link_hosts.trouble = Trouble.UNREACHABLE

    world.send()

    assert link_of(world).startswith(f"{BASE}/confirmations/")


def test_a_host_of_another_domain_is_not_this_ones(world):
    world.settings.change(ACCOUNT, SettingsChange({"link_hosts": (replace(OWN, domain_id="another"),)}))

    world.send()

    assert link_of(world).startswith(f"{BASE}/confirmations/")


def test_a_host_is_looked_at_again_after_ten_minutes_and_not_before(world):
    addresses = LinkAddresses(world.link_hosts, public_url=BASE, target="links.agency.example")

    assert addresses.address(OWN, NOW) == "https://links.web-agency.com"
    world.link_hosts.trouble = Trouble.CERTIFICATE
    assert addresses.address(OWN, NOW + timedelta(minutes=9)) == "https://links.web-agency.com"
    assert addresses.address(OWN, NOW + timedelta(minutes=10)) == BASE
    assert len(world.link_hosts.looked_at) == 2


def test_a_newer_look_of_somebody_else_counts(world):
    addresses = LinkAddresses(world.link_hosts, public_url=BASE, target="links.agency.example")
    world.link_hosts.trouble = Trouble.NO_CNAME

    assert addresses.address(OWN, NOW) == BASE
    later = replace(OWN, trouble=None, checked_at=NOW + timedelta(seconds=5))
    assert addresses.address(later, NOW + timedelta(seconds=9)) == "https://links.web-agency.com"
