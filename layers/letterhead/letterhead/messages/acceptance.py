"""Accepting a message: every gate asked, the message stored. Whoever reads the store's stream queues it."""

from __future__ import annotations

from dataclasses import field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from letterhead.dmarc.results import Result
from letterhead.identities.identity import FromMode
from letterhead.messages.booking import booked
from letterhead.messages.gates import (
    Code,
    Gate,
    GateAnswer,
    GateName,
    MailRefusedAtGateError,
    Verdict,
    asked,
    passed,
)
from letterhead.messages.message import Message, MessageStatus, MessageStore
from letterhead.messages.people import strangers
from letterhead.messages.sender import Sender, SenderRefusedError, Senders
from letterhead.messages.unsubscribe_link import wants_link
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from letterhead.messages.draft import Draft, Mailbox
    from letterhead.messages.people import OwnPeople
    from letterhead.suppressions.blocking import Block, Suppressed
    from letterhead.tokens.token import ApiToken


class DailyAllowance(Protocol):
    """How many mails an account may send today."""

    def spend(self, token: ApiToken, quantity: int, now: datetime) -> bool:
        """Spend so many; False and nothing is spent when there aren't as many. Raises `UnavailableError`."""

    def left(self, token: ApiToken, now: datetime) -> int:
        """How many are left, spending none."""


class WarmUpAllowance(Protocol):
    """How many mails a domain that is warming up may send today."""

    def spend(self, sender: Sender, quantity: int, now: datetime) -> bool:
        """Spend so many; False and nothing is spent when there aren't as many; True for a domain that isn't warming up."""

    def left(self, sender: Sender, now: datetime) -> int | None:
        """How many are left; None for a domain that isn't warming up."""


@value_type
class Accepted:
    """What became of a draft: the message, and those it doesn't go to, with what blocks each."""

    message: Message
    suppressed: Mapping[str, Sequence[Block]] = field(default_factory=dict)
    answers: tuple[GateAnswer, ...] = ()

    @property
    def held_by_pause(self) -> bool:
        """Whether it waits because its account has paused the domain."""
        return any(a.code is Code.DOMAIN_PAUSED and a.verdict is Verdict.WAITS for a in self.answers)


class Examination:
    """The gates of one draft. The sender is found once and for all of them."""

    def __init__(
        self,
        draft: Draft,
        token: ApiToken,
        now: datetime,
        *,
        senders: Senders,
        lists: Suppressed,
        people: OwnPeople,
        daily: DailyAllowance,
        warm_ups: WarmUpAllowance | None,
        spending: bool,
    ) -> None:
        self._draft = draft
        self._token = token
        self._now = now
        self._senders = senders
        self._lists = lists
        self._people = people
        self._daily = daily
        self._warm_ups = warm_ups
        self._spending = spending
        self._sender: Sender | GateAnswer | None = None
        self.suppressed: Mapping[str, Sequence[Block]] = {}

    @property
    def gates(self) -> tuple[tuple[GateName, Gate], ...]:
        """All of them, in their order; those of one's own token and account were asked at the front door."""
        return (
            (GateName.SENDER, self._asks_sender),
            (GateName.DOMAIN, self._asks_domain),
            (GateName.DMARC, self._asks_dmarc),
            (GateName.RECIPIENTS, self._asks_recipients),
            (GateName.SANDBOX, self._asks_sandbox),
            (GateName.DAILY, self._asks_daily),
            (GateName.WARM_UP, self._asks_warm_up),
        )

    @property
    def sender(self) -> Sender | None:
        """The sender, if the account has it."""
        found = self._found()
        return found if isinstance(found, Sender) else None

    def _found(self) -> Sender | GateAnswer:
        if self._sender is None:
            try:
                self._sender = self._senders.find(self._draft.sender, self._token)
            except SenderRefusedError as refusal:
                self._sender = refusal.answer
        return self._sender

    def _asks_sender(self) -> GateAnswer:
        found = self._found()
        return found if isinstance(found, GateAnswer) else GateAnswer(GateName.SENDER)

    def _asks_domain(self) -> GateAnswer:
        domain = None if self.sender is None else self.sender.domain
        if domain is None:
            return GateAnswer(GateName.DOMAIN)
        if domain.paused_at is not None:
            return GateAnswer(
                GateName.DOMAIN,
                Verdict.REFUSED,
                Code.DOMAIN_PAUSED,
                f"Sending from {domain.shown_name} has been stopped for its bounces or complaints.",
                "Ask the operator of this service to resume it.",
            )
        if domain.settings.get("send_paused") is True:
            return GateAnswer(
                GateName.DOMAIN,
                Verdict.WAITS,
                Code.DOMAIN_PAUSED,
                f"Sending from {domain.shown_name} is paused by its settings; the mail waits.",
                "Set send_paused to false in the domain's settings.",
            )
        return GateAnswer(GateName.DOMAIN)

    def _asks_dmarc(self) -> GateAnswer:
        identity = None if self.sender is None else self.sender.identity
        forecast = None if identity is None else identity.forecast
        if identity is None or forecast is None or identity.from_mode is not FromMode.EXACT:
            return GateAnswer(GateName.DMARC)
        if forecast.exact_result is not Result.REJECT:
            return GateAnswer(GateName.DMARC)
        return GateAnswer(
            GateName.DMARC,
            Verdict.REFUSED,
            Code.DMARC_REJECTS,
            f"{identity.email.shown_domain} asks receivers to reject mail like this (p=reject at {forecast.source_name}).",
            "Change the sender identity's from_mode to aligned.",
        )

    def _asks_recipients(self) -> GateAnswer:
        sender = self.sender
        domain_id = None if sender is None or sender.domain is None else sender.domain.domain_id
        keys = [box.address.key for box in self._draft.recipients]
        self.suppressed = self._lists.blocking(self._token.account_id, domain_id, keys, self._now)
        blocked = tuple(key for key in keys if key in self.suppressed)
        if any(box.address.key not in self.suppressed for box in self._draft.to):
            return GateAnswer(GateName.RECIPIENTS, recipients=blocked)
        return GateAnswer(
            GateName.RECIPIENTS,
            Verdict.REFUSED,
            Code.RECIPIENT_SUPPRESSED,
            "Every recipient is suppressed.",
            "Take the address off the suppression list that it stands on, if its owner wants your mail again.",
            blocked,
        )

    def _asks_sandbox(self) -> GateAnswer:
        own_only = self.sender is not None and self.sender.to_own_people_only
        if not own_only and not self._draft.test_send:
            return GateAnswer(GateName.SANDBOX)
        others = strangers(self._draft, self._token.account_id, self._people)
        if not others:
            return GateAnswer(GateName.SANDBOX)
        return GateAnswer(
            GateName.SANDBOX,
            Verdict.REFUSED,
            Code.RECIPIENT_NOT_ALLOWED,
            "A test, and mail without a sender of your own, goes to your own address and your verified test recipients only.",
            "Verify a domain and send from it, or add the recipient as a test recipient.",
            others,
        )

    def _asks_daily(self) -> GateAnswer:
        quantity = self._quantity
        if self._token.test_mode:
            return GateAnswer(GateName.DAILY)
        if self._spending:
            enough = self._daily.spend(self._token, quantity, self._now)
        else:
            enough = self._daily.left(self._token, self._now) >= quantity
        if enough:
            return GateAnswer(GateName.DAILY)
        return GateAnswer(
            GateName.DAILY,
            Verdict.REFUSED,
            Code.DAILY_LIMIT,
            "The account has sent as many mails today as it may.",
            "Go on after midnight UTC, or ask the operator of this service for a higher limit.",
        )

    def _asks_warm_up(self) -> GateAnswer:
        sender = self.sender
        later = self._draft.send_at is not None
        if (
            sender is None
            or sender.domain is None
            or self._token.test_mode
            or later
            or self._warm_ups is None
        ):
            return GateAnswer(GateName.WARM_UP)
        if self._spending:
            enough = self._warm_ups.spend(sender, self._quantity, self._now)
        else:
            left = self._warm_ups.left(sender, self._now)
            enough = left is None or left >= self._quantity
        if enough:
            return GateAnswer(GateName.WARM_UP)
        return GateAnswer(
            GateName.WARM_UP,
            Verdict.WAITS if self._draft.wait else Verdict.REFUSED,
            Code.WARM_UP_LIMIT,
            f"{sender.domain.shown_name} is new and has sent as much today as it should"
            + ("; the mail waits until tomorrow." if self._draft.wait else "."),
            "Nothing has to be done: the allowance grows from day to day while few mails bounce."
            if self._draft.wait
            else "Let the mail wait until tomorrow by leaving out wait, or send it again then.",
        )

    @property
    def _quantity(self) -> int:
        return sum(box.address.key not in self.suppressed for box in self._draft.recipients)


def whole(drafts: Sequence[Draft]) -> Draft:
    """The mails that one draft came to as the one that their gates are asked about: to all of their recipients."""
    first, *others = drafts
    return replace(first, to=first.to + sum((other.to for other in others), ())) if others else first


def accept(
    drafts: Sequence[Draft],
    token: ApiToken,
    *,
    new_id: Callable[[], str],
    examination: Examination,
    store: MessageStore,
    now: datetime,
) -> tuple[Accepted, ...]:
    """Let the mails that one checked draft came to pass their gates together and store them as messages.

    Raises `MailRefusedAtGateError`, or `UnavailableError` when a gate can't be asked or the messages not be stored: then nothing
    is sent (of several that can't be stored, some may be).
    """
    accepted = admit(drafts, token, new_id=new_id, examination=examination, now=now)
    if len(accepted) == 1:
        store.add(accepted[0].message)
    else:
        store.add_all([each.message for each in accepted])
    return accepted


def admit(
    drafts: Sequence[Draft],
    token: ApiToken,
    *,
    new_id: Callable[[], str],
    examination: Examination,
    now: datetime,
    bulk_id: str | None = None,
) -> tuple[Accepted, ...]:
    """Let the mails that one checked draft came to pass their gates, all or none of them; the messages that they become have
    yet to be stored. The examination is that of their `whole`.

    Raises `MailRefusedAtGateError`, or `UnavailableError` when a gate can't be asked.
    """
    answers = passed(asked(examination.gates), now)
    sender = examination.sender
    if sender is None:
        raise MailRefusedAtGateError(GateAnswer(GateName.SENDER, Verdict.REFUSED, Code.FROM_NOT_VERIFIED))
    status, due_at = _beginning(drafts[0], answers, now)
    held_back = any(answer.code is Code.WARM_UP_LIMIT for answer in answers)
    return tuple(
        Accepted(
            booked(
                draft,
                token,
                sender,
                dropped,
                message_id=new_id(),
                created_at=now,
                status=status,
                due_at=due_at,
                bulk_id=bulk_id,
                unsubscribable=wants_link(draft, sender.domain),
                unspent=held_back or draft.send_at is not None,
            ),
            examination.suppressed,
            answers,
        )
        for draft, dropped in _remaining(drafts, examination.suppressed)
    )


def _remaining(
    drafts: Sequence[Draft], suppressed: Mapping[str, Sequence[Block]]
) -> Iterator[tuple[Draft, dict[str, str]]]:
    """The drafts with somebody left to write to, without those who are suppressed, and whom each lacks with their lists. The
    first has the copies, and on record whom none of the others has."""
    left = [each for each in drafts if any(box.address.key not in suppressed for box in each.to)]
    lists = {key: blocks[0].list.value for key, blocks in suppressed.items()}
    of_others = {box.address.key for other in left[1:] for box in other.to}
    for position, each in enumerate(left):
        if position == 0:
            copied = replace(each, cc=drafts[0].cc, bcc=drafts[0].bcc)
            yield without(copied, suppressed), {k: name for k, name in lists.items() if k not in of_others}
        else:
            own = {box.address.key for box in each.to}
            yield without(each, suppressed), {k: name for k, name in lists.items() if k in own}


def without(draft: Draft, suppressed: Mapping[str, object]) -> Draft:
    """The draft without the recipients who are suppressed."""

    def kept(boxes: tuple[Mailbox, ...]) -> tuple[Mailbox, ...]:
        return tuple(box for box in boxes if box.address.key not in suppressed)

    return replace(draft, to=kept(draft.to), cc=kept(draft.cc), bcc=kept(draft.bcc)) if suppressed else draft


def _beginning(
    draft: Draft, answers: Sequence[GateAnswer], now: datetime
) -> tuple[MessageStatus, datetime | None]:
    if draft.send_at is not None:
        return MessageStatus.SCHEDULED, draft.send_at
    held = next((answer for answer in answers if answer.verdict is Verdict.WAITS), None)
    if held is None:
        return MessageStatus.QUEUED, None
    return MessageStatus.WAITING, look_again_at(held, now)


def look_again_at(held: GateAnswer, now: datetime) -> datetime:
    """When a mail that a gate holds back is looked at again: after midnight (UTC) for one that waits for tomorrow's allowance,
    in a quarter of an hour for one that waits for its domain."""
    if held.code is Code.WARM_UP_LIMIT:
        return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return now + timedelta(minutes=15)
