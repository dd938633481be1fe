"""Every gate, in its order, and what becomes of a mail that passes them (DESIGN: gates fail closed)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from letterhead.dmarc.results import Result
from letterhead.domains.domain import Ownership
from letterhead.domains.records import RecordPurpose, RecordStatus
from letterhead.identities.identity import ExactState, FromMode, IdentityStatus
from letterhead.messages.acceptance import Examination, accept, whole
from letterhead.messages.gates import Code, GateName, MailRefusedAtGateError, Verdict, asked
from letterhead.messages.message import MessageStatus
from letterhead.messages.sender import Senders, SharedSender
from letterhead.suppressions.suppression import SuppressionList
from letterhead.tokens.dialect import Dialect
from letterhead.unavailable import UnavailableError
from tests.fakes.domain_store import InMemoryDomains
from tests.fakes.identity_store import InMemoryIdentities
from tests.fakes.message_world import (
    NOW,
    Allowance,
    InMemoryMessages,
    Lists,
    People,
    draft,
    live_token,
    mailbox,
)
from tests.fakes.sender_identities import ACCOUNT, FORECAST, address, identity
from tests.fakes.sending_domains import registered_domain

ALL_RIGHT = dict.fromkeys(RecordPurpose, RecordStatus.VERIFIED)
MINE = registered_domain(
    "web-agency.com", ACCOUNT, can_send=True, statuses=ALL_RIGHT, domain_id="0domain00domain0"
)
AMY = identity("amy@bookshelf.com", status=IdentityStatus.VERIFIED, decided_at=NOW, forecast=FORECAST)


class World:
    """Everything that gates ask, with a domain and an identity that may send."""

    def __init__(self) -> None:
        self.domains = InMemoryDomains()
        self.domains.claim(MINE)
        self.identities = InMemoryIdentities()
        self.identities.add(AMY)
        self.lists, self.people = Lists(), People()
        self.daily, self.warm_up = Allowance(), Allowance()
        self.store = InMemoryMessages()
        self.shared: SharedSender | None = SharedSender("Letterhead", address("shared@letterhead.example"))

    def examination(self, mail, token, *, spending=True):
        return Examination(
            mail,
            token,
            NOW,
            senders=Senders(self.domains, self.identities, self.shared, "sandbox.letterhead.example"),
            lists=self.lists,
            people=self.people,
            daily=self.daily,
            warm_ups=self.warm_up,
            spending=spending,
        )

    def accept(self, mail=None, token=None):
        return self.accept_apart(mail or draft(), token=token)[0]

    def accept_apart(self, *mails, token=None):
        """Several mails that one draft came to."""
        token, numbers = token or live_token(), count()
        return accept(
            mails,
            token,
            new_id=lambda: f"0message0message{next(numbers)}"[-16:],
            examination=self.examination(whole(mails), token),
            store=self.store,
            now=NOW,
        )

    def refusal(self, mail=None, token=None):
        with pytest.raises(MailRefusedAtGateError) as refusal:
            self.accept(mail, token)
        assert not self.store.messages
        return refusal.value.answer


@pytest.fixture
def world():
    return World()


def put_domain(world, **changes):
    world.domains = InMemoryDomains()
    world.domains.claim(replace(MINE, **changes))


def put_identity(world, **changes):
    world.identities = InMemoryIdentities()
    world.identities.add(replace(AMY, **changes))


# --- whom a mail is from ------------------------------------------------------------------------------------------------------


def test_an_address_on_a_verified_domain_may_send(world):
    message = world.accept().message
    assert (message.from_name, message.from_address) == ("Web Agency", "news@web-agency.com")
    assert message.domain_id == MINE.domain_id
    assert message.status is MessageStatus.QUEUED


def test_an_aligned_identity_sends_from_our_domain_and_is_replied_to_at_its_own(world):
    message = world.accept(draft(sender=mailbox("AMY@bookshelf.com"))).message
    assert message.from_address == "amy.bookshelf-com@web-agency.com"
    assert message.from_name == "Amy from Book Shelf"
    assert message.reply_to == mailbox("amy@bookshelf.com", "Amy from Book Shelf")
    assert (message.domain_id, message.identity_id) == (MINE.domain_id, AMY.identity_id)


def test_what_the_call_says_goes_before_what_the_identity_says(world):
    mail = draft(sender=mailbox("amy@bookshelf.com", "Amy!"), reply_to=mailbox("desk@bookshelf.com"))
    message = world.accept(mail).message
    assert (message.from_name, message.reply_to) == ("Amy!", mailbox("desk@bookshelf.com"))


def test_an_exact_identity_sends_as_itself(world):
    put_identity(world, from_mode=FromMode.EXACT, exact=ExactState.VERIFIED)
    assert (
        world.accept(draft(sender=mailbox("amy@bookshelf.com"))).message.from_address == "amy@bookshelf.com"
    )


@pytest.mark.parametrize(
    "sender",
    [
        "who@elsewhere.example",
        "news@mail.web-agency.com",
        "news@agency.com",
        "news@web-agency.com.evil.example",
    ],
)
def test_an_address_that_the_account_does_not_have_may_not_send(world, sender):
    answer = world.refusal(draft(sender=mailbox(sender)))
    assert (answer.gate, answer.code) == (GateName.SENDER, Code.FROM_NOT_VERIFIED)
    assert "#MS42207" in answer.detail
    assert answer.fix


@pytest.mark.parametrize(
    "changes",
    [{"can_send": False}, {"ownership": Ownership.CONTESTED}, {"ownership": Ownership.UNCONTESTED}],
)
def test_a_domain_without_the_right_to_send_may_not(world, changes):
    put_domain(world, **changes)
    assert world.refusal().code is Code.FROM_NOT_VERIFIED
    assert world.refusal(draft(sender=mailbox("amy@bookshelf.com"))).code is Code.FROM_NOT_VERIFIED


def test_towards_sendara_the_right_to_send_takes_dmarc(world):
    put_domain(world, statuses=ALL_RIGHT | {RecordPurpose.DMARC: RecordStatus.PENDING})
    assert world.accept().message
    world.store = InMemoryMessages()
    assert world.refusal(token=live_token(Dialect.SENDARA)).code is Code.FROM_NOT_VERIFIED


@pytest.mark.parametrize(
    "changes",
    [
        {"status": IdentityStatus.PENDING},
        {"status": IdentityStatus.REFUSED},
        {"from_mode": FromMode.EXACT, "exact": ExactState.PENDING},
    ],
)
def test_an_identity_that_is_not_verified_may_not_send(world, changes):
    put_identity(world, **changes)
    assert world.refusal(draft(sender=mailbox("amy@bookshelf.com"))).code is Code.IDENTITY_NOT_VERIFIED


def test_another_accounts_domain_and_identity_are_not_there(world):
    stranger = live_token(account_id="0another0account")
    for sender in ("news@web-agency.com", "amy@bookshelf.com"):
        assert world.refusal(draft(sender=mailbox(sender)), stranger).code is Code.FROM_NOT_VERIFIED


@pytest.mark.parametrize(
    ("restriction", "sender", "passes"),
    [
        ({"domain_id": MINE.domain_id}, "news@web-agency.com", True),
        ({"domain_id": MINE.domain_id}, "amy@bookshelf.com", True),
        ({"domain_id": "0another0another"}, "news@web-agency.com", False),
        ({"domain_id": "0another0another"}, "amy@bookshelf.com", False),
        ({"identity_id": AMY.identity_id}, "amy@bookshelf.com", True),
        ({"identity_id": AMY.identity_id}, "news@web-agency.com", False),
        ({"identity_id": "0another0another"}, "amy@bookshelf.com", False),
    ],
)
def test_a_restricted_token_sends_within_its_restriction_only(world, restriction, sender, passes):
    mail, token = draft(sender=mailbox(sender)), live_token(**restriction)
    if passes:
        assert world.accept(mail, token)
    else:
        assert world.refusal(mail, token).code is Code.FROM_NOT_VERIFIED


@pytest.mark.parametrize("restriction", [{"domain_id": MINE.domain_id}, {"identity_id": AMY.identity_id}])
def test_a_restricted_token_does_not_reach_the_shared_sender(world, restriction):
    mail = draft(sender=None, to=(mailbox("owner@web-agency.com"),))
    assert world.refusal(mail, live_token(**restriction)).code is Code.FROM_NOT_VERIFIED


# --- the shared sender, the sandbox name, tests -------------------------------------------------------------------------------


def test_the_shared_sender_reaches_the_owner_and_verified_test_recipients_only(world):
    world.people.verified = frozenset({"tester@reader.example"})
    for reached in ("owner@web-agency.com", "tester@reader.example"):
        message = world.accept(draft(sender=None, to=(mailbox(reached),))).message
        assert (message.from_address, message.domain_id) == ("shared@letterhead.example", None)
    world.store = InMemoryMessages()
    answer = world.refusal(draft(sender=None))
    assert (answer.gate, answer.code) == (GateName.SANDBOX, Code.RECIPIENT_NOT_ALLOWED)
    assert answer.recipients == ("rita@reader.example",)


def test_without_a_shared_sender_a_mail_needs_one_of_its_own(world):
    world.shared = None
    assert world.refusal(draft(sender=None)).code is Code.NO_SHARED_SENDER


def test_an_accounts_name_below_the_sandbox_domain_is_its_own_and_nobody_elses(world):
    own = mailbox(f"hello@{ACCOUNT}.sandbox.letterhead.example")
    assert world.accept(draft(sender=own, to=(mailbox("owner@web-agency.com"),)))
    world.store = InMemoryMessages()
    assert world.refusal(draft(sender=own)).code is Code.RECIPIENT_NOT_ALLOWED
    foreign = mailbox("hello@0another0account.sandbox.letterhead.example")
    assert world.refusal(draft(sender=foreign)).code is Code.FROM_NOT_VERIFIED


def test_a_test_send_goes_to_test_recipients_only(world):
    assert world.refusal(draft(test_send=True)).code is Code.RECIPIENT_NOT_ALLOWED
    world.people.verified = frozenset({"rita@reader.example"})
    assert world.accept(draft(test_send=True))


# --- to whom ------------------------------------------------------------------------------------------------------------------


def test_nobody_who_is_suppressed_gets_the_mail(world):
    world.lists.entries = {"rita@reader.example": (SuppressionList.HARD_BOUNCES,)}
    mail = draft(
        to=(mailbox("RITA@reader.example"), mailbox("bob@reader.example")), cc=(mailbox("c@reader.example"),)
    )
    outcome = world.accept(mail)
    assert [box.address.key for box in outcome.message.draft.recipients] == [
        "bob@reader.example",
        "c@reader.example",
    ]
    assert [block.list for block in outcome.suppressed["rita@reader.example"]] == [
        SuppressionList.HARD_BOUNCES
    ]


def test_a_mail_whose_recipients_are_all_suppressed_is_refused(world):
    world.lists.entries = {"rita@reader.example": (SuppressionList.ON_HOLD,)}
    answer = world.refusal(draft(cc=(mailbox("c@reader.example"),)))
    assert (answer.code, answer.recipients) == (Code.RECIPIENT_SUPPRESSED, ("rita@reader.example",))


def apart(*names):
    """A draft's mails to each of these alone, the copies with the first."""
    first, *others = (draft(to=(mailbox(f"{name}@reader.example"),)) for name in names)
    return replace(first, cc=(mailbox("copy@reader.example"),)), *others


def test_mails_apart_are_taken_together_or_not_at_all(world):
    world.daily.amount = 3
    with pytest.raises(MailRefusedAtGateError) as refusal:
        world.accept_apart(*apart("a", "b", "c"))
    assert refusal.value.answer.code is Code.DAILY_LIMIT
    assert (world.store.messages, world.daily.amount) == ({}, 3)
    assert len(world.accept_apart(*apart("a", "b"))) == len(world.store.messages) == 2
    assert world.daily.amount == 0


def test_copies_go_with_the_first_of_mails_apart_that_goes_to_anybody(world):
    world.lists.entries = {"a@reader.example": (SuppressionList.HARD_BOUNCES,)}
    first, second = (outcome.message for outcome in world.accept_apart(*apart("a", "b", "c")))
    assert [box.address.key for box in first.draft.recipients] == ["b@reader.example", "copy@reader.example"]
    assert [box.address.key for box in second.draft.recipients] == ["c@reader.example"]
    assert (first.dropped, second.dropped) == ({"a@reader.example": "hard_bounces"}, {})


# --- pauses, limits, warm-up --------------------------------------------------------------------------------------------------


def test_a_domain_stopped_for_its_reputation_sends_nothing(world):
    put_domain(world, paused_at=NOW)
    answer = world.refusal()
    assert (answer.gate, answer.code) == (GateName.DOMAIN, Code.DOMAIN_PAUSED)


def test_mail_of_a_domain_that_its_account_has_paused_waits(world):
    put_domain(world, settings={"send_paused": True})
    outcome = world.accept()
    assert outcome.held_by_pause
    assert outcome.message.status is MessageStatus.WAITING


def test_beyond_the_days_limit_nothing_is_sent(world):
    world.daily.amount = 1
    mail = draft(cc=(mailbox("c@reader.example"),))
    assert world.refusal(mail).code is Code.DAILY_LIMIT
    assert world.daily.amount == 1
    world.accept()
    assert world.daily.amount == 0


def test_beyond_a_new_domains_allowance_mail_waits_until_tomorrow(world):
    world.warm_up.amount = 0
    message = world.accept().message
    assert (message.status, message.due_at) == (
        MessageStatus.WAITING,
        NOW.replace(hour=0, minute=0) + timedelta(days=1),
    )
    world.store = InMemoryMessages()
    assert world.refusal(draft(wait=False)).code is Code.WARM_UP_LIMIT


def test_a_test_tokens_mail_spends_nothing(world):
    world.daily.amount = world.warm_up.amount = 0
    assert world.accept(token=live_token(test_mode=True)).message.test


def test_a_mail_that_is_refused_has_spent_nothing(world):
    world.daily.amount = 5
    world.lists.entries = {"rita@reader.example": (SuppressionList.BLOCKLIST,)}
    world.refusal()
    assert world.daily.amount == 5


def test_a_forecast_of_rejection_stops_an_exact_identity(world):
    put_identity(
        world,
        from_mode=FromMode.EXACT,
        exact=ExactState.VERIFIED,
        forecast=replace(FORECAST, exact_result=Result.REJECT),
    )
    assert world.refusal(draft(sender=mailbox("amy@bookshelf.com"))).code is Code.DMARC_REJECTS


def test_a_mail_for_later_is_scheduled(world):
    message = world.accept(draft(send_at=NOW + timedelta(hours=1))).message
    assert (message.status, message.due_at) == (MessageStatus.SCHEDULED, NOW + timedelta(hours=1))


# --- gates that can't be asked ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["lists", "daily", "warm_up"])
def test_a_gate_that_cannot_be_asked_stops_the_mail(world, part):
    getattr(world, part).broken = True
    with pytest.raises(UnavailableError):
        world.accept()
    assert not world.store.messages


def test_an_explanation_has_every_gates_word_and_spends_nothing(world):
    world.lists.entries = {"rita@reader.example": (SuppressionList.BLOCKLIST,)}
    world.warm_up.broken = True
    world.daily.amount = 5
    answers = list(asked(world.examination(draft(), live_token(), spending=False).gates))
    assert [answer.gate for answer in answers] == [
        GateName.SENDER,
        GateName.DOMAIN,
        GateName.DMARC,
        GateName.RECIPIENTS,
        GateName.SANDBOX,
        GateName.DAILY,
        GateName.WARM_UP,
    ]
    verdicts = {answer.gate: answer.verdict for answer in answers}
    assert verdicts[GateName.RECIPIENTS] is Verdict.REFUSED
    assert verdicts[GateName.WARM_UP] is Verdict.UNKNOWN
    assert all(answer.fix and answer.detail for answer in answers if answer.verdict is not Verdict.PASSED)
    assert world.daily.amount == 5
