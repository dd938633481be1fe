"""A message leaves once, and only if it still may (DESIGN: every gate that can change is asked again)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from letterhead.accounts.account import Account
from letterhead.dmarc.results import Result
from letterhead.domains.domain import Ownership
from letterhead.domains.records import RecordPurpose, RecordStatus
from letterhead.identities.identity import ExactState, FromMode, IdentityStatus
from letterhead.mail.message import AttachmentLostError, MailRefusedError
from letterhead.messages.departure import (
    EVIDENCE_AFTER,
    Departed,
    DepartureRequest,
    Departures,
    NotTakenError,
    ProviderPausedError,
    SenderRefusedByProviderError,
)
from letterhead.messages.message import MessageStatus
from letterhead.suppressions.suppression import SuppressionList
from letterhead.unavailable import UnavailableError
from tests.fakes.domain_store import InMemoryDomains
from tests.fakes.identity_store import InMemoryIdentities
from tests.fakes.message_world import (
    NOW,
    Allowance,
    InMemoryMessages,
    Lists,
    Provider,
    draft,
    later,
    mailbox,
    message,
)
from tests.fakes.sender_identities import ACCOUNT, FORECAST, identity
from tests.fakes.sending_domains import registered_domain

MINE = registered_domain(
    "web-agency.com",
    ACCOUNT,
    can_send=True,
    statuses=dict.fromkeys(RecordPurpose, RecordStatus.VERIFIED),
    domain_id="0domain00domain0",
)
AMY = identity("amy@bookshelf.com", status=IdentityStatus.VERIFIED, decided_at=NOW, forecast=FORECAST)


class World:
    """Everything that a departure asks; it is evidence, notes and rechecks itself."""

    def __init__(self) -> None:
        self.store = InMemoryMessages()
        self.account: Account | None = Account(ACCOUNT, "agency", "owner@web-agency.com", NOW)
        self.domains, self.identities = InMemoryDomains(), InMemoryIdentities()
        self.domains.claim(MINE)
        self.identities.add(AMY)
        self.lists, self.warm_up = Lists(), Allowance()
        self.provider, self.simulation = Provider(), Provider()
        self.events: set[str] = set()
        self.failures: list[tuple[str, str]] = []
        self.notices: list[tuple[str, dict[str, str]]] = []
        self.rechecked: list[str] = []
        self.test_people: frozenset[str] = frozenset()

    def by_id(self, _account_id):
        return self.account

    def has_left(self, _account_id, message_id, now):
        return message_id in self.events

    def failed(self, message, reason, now):
        self.failures.append((message.message_id, reason))

    def suppressed(self, message, blocks, now):
        self.notices.append((message.message_id, {key: found[0].list.value for key, found in blocks.items()}))

    def ask(self, _account_id, domain_id):
        self.rechecked.append(domain_id)

    def owner(self, _account_id):
        return self.account and self.account.owner_email

    def test_recipients(self, account_id):
        if self.test_people is None:
            raise UnavailableError
        return self.test_people

    def put(self, **changes):
        made = message(**changes)
        self.store.add(made)
        return made

    def send(self, made, now=NOW):
        departures = Departures(
            store=self.store,
            accounts=self,
            domains=self.domains,
            identities=self.identities,
            lists=self.lists,
            people=self,
            warm_ups=self.warm_up,
            provider=self.provider,
            simulation=self.simulation,
            evidence=self,
            notes=self,
            rechecks=self,
        )
        return departures.send(DepartureRequest(made.account_id, made.message_id), now)

    def kept(self, made):
        return self.store.by_id(made.account_id, made.message_id)


@pytest.fixture
def world():
    return World()


def put_domain(world, **changes):
    world.domains = InMemoryDomains()
    world.domains.claim(replace(MINE, **changes))


def test_a_message_leaves_and_is_noted_as_sent(world):
    made = world.put()
    assert world.send(made) is Departed.SENT
    assert (world.kept(made).status, world.kept(made).provider_id) == (MessageStatus.SENT, "ses-1")


def test_a_request_that_comes_twice_sends_once(world):
    made = world.put()
    assert [world.send(made), world.send(made), world.send(made)] == [
        Departed.SENT,
        Departed.OUTDATED,
        Departed.OUTDATED,
    ]
    assert len(world.provider.sent) == 1


@pytest.mark.parametrize("status", [MessageStatus.SENT, MessageStatus.FAILED, MessageStatus.CANCELLED])
def test_what_is_done_stays_so(world, status):
    assert world.send(world.put(status=status)) is Departed.OUTDATED
    assert not world.provider.sent


def test_a_message_that_is_not_there_is_nothing_to_send(world):
    assert world.send(message()) is Departed.OUTDATED


def test_a_test_tokens_message_reaches_nobody(world):
    made = world.put(test=True)
    assert world.send(made) is Departed.SIMULATED
    assert not world.provider.sent
    assert [each.message_id for each in world.simulation.sent] == [made.message_id]


# --- crashes ------------------------------------------------------------------------------------------------------------------


def test_after_a_throttle_the_message_is_queued_and_comes_again(world):
    made = world.put()
    world.provider.failures = [NotTakenError()]
    with pytest.raises(UnavailableError):
        world.send(made)
    assert world.kept(made).status is MessageStatus.QUEUED
    assert world.send(made) is Departed.SENT
    assert len(world.provider.sent) == 1


def test_while_the_provider_takes_nobodys_mail_it_waits_for_days_and_leaves_once(world):
    made = world.put()
    world.provider.failures = [ProviderPausedError(), ProviderPausedError()]
    assert world.send(made) is Departed.PROVIDER_PAUSED
    assert world.kept(made).status is MessageStatus.WAITING
    assert world.send(made, later(minutes=5)) is Departed.WAITS  # it isn't its turn
    assert world.send(made, later(minutes=16)) is Departed.PROVIDER_PAUSED
    assert world.send(made, later(minutes=24 * 60)) is Departed.SENT
    assert len(world.provider.sent) == 1


def test_what_the_provider_takes_for_more_than_three_days_from_nobody_fails(world):
    made = world.put()
    world.provider.failures = [ProviderPausedError()]
    assert world.send(made, later(minutes=4 * 24 * 60)) is Departed.FAILED
    assert world.kept(made).failure == "waited_too_long"


def test_when_nobody_knows_whether_it_left_the_providers_events_decide(world):
    made = world.put()
    world.provider.failures = [UnavailableError()]
    with pytest.raises(UnavailableError):
        world.send(made)
    assert world.kept(made).status is MessageStatus.LEAVING
    with pytest.raises(UnavailableError):
        world.send(made, later(minutes=3))
    world.events.add(made.message_id)
    assert world.send(made, later(minutes=6)) is Departed.SENT
    assert world.kept(made).status is MessageStatus.SENT
    assert not world.provider.sent


def test_without_any_event_after_a_while_it_is_sent_again(world):
    made = world.put()
    world.provider.failures = [UnavailableError()]
    with pytest.raises(UnavailableError):
        world.send(made)
    assert world.send(made, NOW + EVIDENCE_AFTER) is Departed.SENT
    assert len(world.provider.sent) == 1


def test_of_two_workers_at_one_message_one_sends(world):
    made = world.put()

    class Meanwhile(Provider):
        def send(self, message, now):
            with pytest.raises(UnavailableError):
                World.send(world, made, now)
            return super().send(message, now)

    world.provider = Meanwhile()
    assert world.send(made) is Departed.SENT
    assert len(world.provider.sent) == 1


# --- what can have changed ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda world: setattr(world, "account", replace(world.account, suspended_at=NOW)),
        lambda world: put_domain(world, can_send=False),
        lambda world: put_domain(world, settings={"send_paused": True}),
        lambda world: put_domain(world, paused_at=NOW),
    ],
    ids=["account suspended", "right to send lost", "paused by its account", "paused for its reputation"],
)
def test_what_may_pass_holds_the_message_back(world, change):
    made = world.put()
    change(world)
    assert world.send(made) is Departed.WAITS
    kept = world.kept(made)
    assert kept.status is MessageStatus.WAITING
    assert kept.due_at > NOW
    assert not world.provider.sent


def test_a_message_that_has_waited_three_days_is_given_up_and_told(world):
    made = world.put()
    put_domain(world, can_send=False)
    assert world.send(made, later(days=4)) is Departed.FAILED
    assert world.failures == [(made.message_id, "waited_too_long")]


def test_a_scheduled_one_is_given_up_three_days_after_its_moment(world):
    made = world.put(draft=draft(send_at=later(days=2)))
    put_domain(world, can_send=False)
    assert world.send(made, later(days=4)) is Departed.WAITS
    assert world.send(made, later(days=6)) is Departed.FAILED


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda world: setattr(world, "account", None), "account_closed"),
        (lambda world: put_domain(world, ownership=Ownership.CONTESTED, lost_at=NOW), "from_not_verified"),
        (lambda world: setattr(world, "domains", InMemoryDomains()), "from_not_verified"),
    ],
    ids=["account closed", "name lost", "domain deleted"],
)
def test_what_will_not_pass_ends_the_message_and_is_told(world, change, reason):
    made = world.put()
    change(world)
    assert world.send(made) is Departed.FAILED
    assert world.failures == [(made.message_id, reason)]
    assert not world.provider.sent


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": IdentityStatus.REFUSED}, "identity_not_verified"),
        (
            {
                "from_mode": FromMode.EXACT,
                "exact": ExactState.VERIFIED,
                "forecast": replace(FORECAST, exact_result=Result.REJECT),
            },
            "dmarc_rejects",
        ),
    ],
)
def test_an_identity_that_may_no_longer_send_ends_the_message(world, changes, reason):
    made = world.put(identity_id=AMY.identity_id)
    world.identities = InMemoryIdentities()
    world.identities.add(replace(AMY, **changes))
    assert world.send(made) is Departed.FAILED
    assert world.failures == [(made.message_id, reason)]


def test_who_has_been_suppressed_meanwhile_gets_nothing(world):
    made = world.put(draft=draft(cc=(mailbox("c@reader.example"),)))
    world.lists.entries = {"c@reader.example": (SuppressionList.HARD_BOUNCES,)}
    assert world.send(made) is Departed.SENT
    assert [box.address.key for box in world.provider.sent[0].draft.recipients] == ["rita@reader.example"]
    assert world.notices == [(made.message_id, {"c@reader.example": "hard_bounces"})]


def test_when_nobody_is_left_nothing_is_sent(world):
    made = world.put()
    world.lists.entries = {"rita@reader.example": (SuppressionList.UNSUBSCRIBES,)}
    assert world.send(made) is Departed.SUPPRESSED
    assert world.kept(made).status is MessageStatus.FAILED
    assert world.notices == [(made.message_id, {"rita@reader.example": "unsubscribes"})]


TO_TEST_PERSON = draft(to=(mailbox("tester@web-agency.com"),))
TEST_SEND = replace(TO_TEST_PERSON, test_send=True)
TEST_TO_OWNER = draft(to=(mailbox("owner@web-agency.com"),), test_send=True)
SHARED: dict[str, object] = {"domain_id": None, "from_address": "mail@letterhead.example"}


@pytest.mark.parametrize(
    ("changes", "people", "became"),
    [
        ({**SHARED, "draft": TO_TEST_PERSON}, {"tester@web-agency.com"}, Departed.SENT),
        ({**SHARED, "draft": TO_TEST_PERSON}, set(), Departed.FAILED),
        ({**SHARED, "draft": replace(TEST_TO_OWNER, test_send=False)}, set(), Departed.SENT),
        ({"draft": TEST_SEND}, {"tester@web-agency.com"}, Departed.SENT),
        ({"draft": TEST_SEND}, set(), Departed.FAILED),
        ({"draft": TEST_TO_OWNER}, set(), Departed.FAILED),
        ({"draft": replace(TEST_SEND, test_send=False)}, set(), Departed.SENT),
    ],
)
def test_what_is_for_the_accounts_own_people_reaches_only_who_still_is_one(world, changes, people, became):
    """A mail may wait for days, and a test recipient may be taken away meanwhile."""
    made = world.put(**changes)
    world.test_people = frozenset(people)
    assert world.send(made) is became
    assert bool(world.provider.sent) == (became is Departed.SENT)
    assert world.failures == ([] if became is Departed.SENT else [(made.message_id, "recipient_not_allowed")])


def test_own_people_who_cannot_be_looked_up_let_nothing_leave(world):
    made = world.put(draft=TEST_SEND)
    world.test_people = None
    with pytest.raises(UnavailableError):
        world.send(made)
    assert not world.provider.sent


def test_a_gate_that_cannot_be_asked_lets_nothing_leave(world):
    made = world.put()
    world.lists.broken = True
    with pytest.raises(UnavailableError):
        world.send(made)
    assert not world.provider.sent


def test_a_message_that_waited_for_tomorrow_spends_tomorrows_allowance(world):
    made = world.put(status=MessageStatus.QUEUED, unspent=True)
    world.warm_up.amount = 0
    assert world.send(made) is Departed.WAITS
    assert world.kept(made).due_at == NOW.replace(hour=0) + timedelta(days=1)
    world.warm_up.amount = 1
    assert world.send(made, later(days=1)) is Departed.SENT
    assert world.warm_up.amount == 0


def test_a_request_that_comes_before_its_moment_sends_nothing(world):
    made = world.put(status=MessageStatus.SCHEDULED, due_at=later(hours=1))
    assert world.send(made) is Departed.WAITS
    assert world.send(made, later(hours=1)) is Departed.SENT


# --- what the provider says ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [(MailRefusedError(), "provider_refused"), (AttachmentLostError(), "attachment_lost")],
)
def test_a_mail_that_cannot_leave_for_good_is_told(world, refusal, reason):
    made = world.put()
    world.provider.failures = [refusal]
    assert world.send(made) is Departed.FAILED
    assert world.failures == [(made.message_id, reason)]


def test_when_the_provider_has_lost_the_sender_the_domain_is_looked_at_and_the_mail_waits(world):
    made = world.put()
    world.provider.failures = [SenderRefusedByProviderError()]
    assert world.send(made) is Departed.WAITS
    assert world.rechecked == [MINE.domain_id]
    assert world.kept(made).status is MessageStatus.WAITING
    assert world.send(made, later(minutes=15)) is Departed.SENT
