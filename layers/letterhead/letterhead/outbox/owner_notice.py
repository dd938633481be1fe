"""Telling the owner of an account, by mail, what they wouldn't otherwise hear of."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from letterhead.domains.pages import DomainQuery
from letterhead.identities.addresses import AddressError, AddressRules
from letterhead.identities.limits import REFUSAL_HOLDS
from letterhead.mail.domain_mail import digest_mail, domain_mail, news_of
from letterhead.mail.message import Mailer, MailRefusedError, OutgoingMail
from letterhead.mail.refusal_mail import RefusalFacts, refusal_mail
from letterhead.mail.reputation_mail import ReputationFacts, reputation_mail
from letterhead.mail.taken_over_mail import TakenOverFacts, taken_over_mail
from letterhead.mail.webhook_mail import WebhookFacts, webhook_mail
from letterhead.outbox.event import Event, EventType
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from letterhead.accounts.account import Account
    from letterhead.domains.domain import SendingDomain
    from letterhead.domains.pages import DomainPage
    from letterhead.mail.message import MailContent

_OF_REPUTATION = frozenset({EventType.DOMAIN_REPUTATION_WARNING, EventType.DOMAIN_SENDING_PAUSED})
_ABOUT_DOMAINS = frozenset(
    {
        EventType.DOMAIN_VERIFIED,
        EventType.DOMAIN_FAILED,
        EventType.DOMAIN_RECORD_MISSING,
        EventType.DOMAIN_RECORD_CHANGED,
        EventType.DOMAIN_RECORD_RESTORED,
        EventType.DOMAIN_SENDING_STOPPED,
        EventType.DOMAIN_OWNERSHIP_LOST,
    }
)
_OF_WEBHOOKS = frozenset({EventType.WEBHOOK_FAILING, EventType.WEBHOOK_DISABLED})
_OF_IDENTITIES = frozenset({EventType.SENDER_IDENTITY_REFUSED, EventType.SENDER_IDENTITY_TAKEN_OVER})
TOLD = _OF_REPUTATION | _OF_WEBHOOKS | _ABOUT_DOMAINS | _OF_IDENTITIES
# These follow from the change of a record, whose own event is told of.
_FOLLOWS = frozenset({(EventType.DOMAIN_FAILED, "records"), (EventType.DOMAIN_VERIFIED, "restored")})
# What a record that comes and goes makes over and over.
_OF_RECORDS = frozenset(
    {EventType.DOMAIN_RECORD_MISSING, EventType.DOMAIN_RECORD_CHANGED, EventType.DOMAIN_RECORD_RESTORED}
)
SENDER_NAME = "Letterhead"
SENDER_LOCAL_PART = "no-reply"
MOST_SINGLE = 3
_TOGETHER = timedelta(hours=1)
# That a record is gone, and that it is back: what else becomes of it within a day is told in one mail.
MOST_MAILS_A_DAY = 2
_DAY = timedelta(days=1)
_LOOKED_FOR_AGAIN = timedelta(minutes=15)
_MOST_LOOKED_THROUGH = 25


@value_type
class NoticeRequest:
    """Which event the owner is to be told of. It holds ids only: who may read a queue learns nothing of it.

    `waited`: it has been put off once, for others to be told of in the same mail.
    """

    account_id: str
    event_id: str
    waited: bool = False


class Telling(StrEnum):
    """What became of a request.

    `outdated`: the owner knows, or the event or the account is gone. `put_off`: it comes again, to be told of with others.
    `turned_off`: the operator wants no such mails. `no_sender`: there is nothing that it could come from. `undeliverable`: the
    owner's address isn't one that mail reaches. `refused`: the provider won't take the mail.
    """

    SENT = "sent"
    OUTDATED = "outdated"
    PUT_OFF = "put_off"
    TURNED_OFF = "turned_off"
    NO_SENDER = "no_sender"
    UNDELIVERABLE = "undeliverable"
    REFUSED = "refused"


@value_type
class NoticeRules:
    """What the operator has decided: an address that every such mail comes from (None for one of the account's own domains),
    whether owners are told of their domains at all, and how long many changes are waited for to be told of in one mail."""

    shared_sender: str | None = None
    about_domains: bool = True
    digest_after: timedelta = timedelta(minutes=10)


class UntoldEvents(Protocol):
    """Where events lie."""

    def untold(self, account_id: str, event_id: str, now: datetime) -> Event | None:
        """The event, or None when it is gone or the account's owner has been told of it."""

    def between(
        self, account_id: str, first: datetime, last: datetime
    ) -> Sequence[tuple[Event, datetime | None]]:
        """The account's events of a period in order, each with when its owner was told of it."""

    def note_told(self, event: Event, now: datetime) -> None:
        """Note that the owner has been told."""


class NoticeAccounts(Protocol):
    """Where accounts are kept."""

    def by_id(self, account_id: str) -> Account | None:
        """The account, or None."""


class NoticeDomains(Protocol):
    """Where sending domains are kept."""

    def by_id(self, account_id: str, domain_id: str) -> SendingDomain | None:
        """The account's domain of that id, or None."""

    def page(self, account_id: str, query: DomainQuery) -> DomainPage:
        """A page of the account's domains."""


class NoticeQueue(Protocol):
    """Where requests wait."""

    def put_later(self, request: NoticeRequest, delay: timedelta) -> None:
        """Have a request come again after a delay; raises `UnavailableError`."""


class OwnerNotices:
    """The act, with what it needs."""

    def __init__(
        self,
        events: UntoldEvents,
        accounts: NoticeAccounts,
        domains: NoticeDomains,
        addresses: AddressRules,
        mailer: Mailer,
        queue: NoticeQueue,
        rules: NoticeRules,
    ) -> None:
        self._events = events
        self._accounts = accounts
        self._domains = domains
        self._addresses = addresses
        self._mailer = mailer
        self._queue = queue
        self._rules = rules

    def send(self, request: NoticeRequest, now: datetime) -> Telling:
        """Send one notice unless it has been sent; where more than three domains change within an hour, one about all of them.

        Raises `UnavailableError` for what may pass, so that the queue brings the request back.
        """
        event = self._events.untold(request.account_id, request.event_id, now)
        account = self._accounts.by_id(request.account_id)
        if event is None or not _is_told(event) or account is None or account.is_suspended:
            return Telling.OUTDATED
        together = [event]
        if event.type in _ABOUT_DOMAINS:
            if not self._rules.about_domains:
                return Telling.TURNED_OFF
            held = self._held_back(event, request, now)
            if held is not None:
                return held
            changed, together = self._with_it(event)
            if changed > MOST_SINGLE and not request.waited:
                later = NoticeRequest(request.account_id, request.event_id, waited=True)
                self._queue.put_later(later, self._rules.digest_after)
                return Telling.PUT_OFF
            if not request.waited:
                together = [*self._left_untold(event), event]
        sender = self._sender(event)
        if sender is None:
            return Telling.NO_SENDER
        try:
            owner = self._addresses.parse(account.owner_email)
        except AddressError:
            return Telling.UNDELIVERABLE
        if owner.needs_smtputf8:
            return Telling.UNDELIVERABLE
        mail = OutgoingMail(
            from_name=SENDER_NAME,
            from_address=sender,
            to_address=owner.deliverable,
            content=self._content(event, together, account),
            tags={"account": account.account_id, "event": event.event_id, "kind": "owner_notice"},
        )
        try:
            self._mailer.send(mail, now)
        except MailRefusedError:
            return Telling.REFUSED
        for told in together:
            self._events.note_told(told, now)
        return Telling.SENT

    def _held_back(self, event: Event, request: NoticeRequest, now: datetime) -> Telling | None:
        """A change waits until the mails about its record are a day old; of several that wait, the newest does."""
        if event.type not in _OF_RECORDS:
            return None
        found = [
            (one, told)
            for one, told in self._events.between(
                event.account_id, event.occurred_at - _DAY, event.occurred_at + _DAY
            )
            if one.type in _OF_RECORDS
            and one.domain_id == event.domain_id
            and _records(one) & _records(event)
        ]
        newest = max((one for one, _ in found), key=lambda one: one.occurred_at, default=event)
        mails = sorted({told for one, told in found if told and one.occurred_at <= event.occurred_at})
        if len(mails) < MOST_MAILS_A_DAY:
            return None
        if newest.occurred_at > event.occurred_at:
            return Telling.OUTDATED
        ends_at = mails[-MOST_MAILS_A_DAY] + _DAY
        if ends_at <= now:
            return None
        self._queue.put_later(request, min(ends_at - now, _LOOKED_FOR_AGAIN))
        return Telling.PUT_OFF

    def _left_untold(self, event: Event) -> list[Event]:
        """What has become of the event's records before it and hasn't been told."""
        if event.type not in _OF_RECORDS:
            return []
        found = self._events.between(event.account_id, event.occurred_at - 2 * _DAY, event.occurred_at)
        return [
            one
            for one, told in found
            if told is None
            and one.type in _OF_RECORDS
            and one.domain_id == event.domain_id
            and one.event_id != event.event_id
            and _records(one) & _records(event)
        ]

    def _with_it(self, event: Event) -> tuple[int, list[Event]]:
        """How many of the account's domains have changed within an hour of this one, and what its owner hasn't heard of that."""
        found = self._events.between(
            event.account_id, event.occurred_at - _TOGETHER, event.occurred_at + _TOGETHER
        )
        about = [(one, told) for one, told in found if one.type in _ABOUT_DOMAINS and _is_told(one)]
        changed = {one.domain_id for one, _ in about if one.occurred_at <= event.occurred_at}
        return len(changed), [one for one, told in about if told is None]

    def _sender(self, event: Event) -> str | None:
        """The shared sender; else an address of the event's domain, or of any other of the account's that may send."""
        if self._rules.shared_sender:
            return self._rules.shared_sender
        domain = self._domain(event)
        if domain is None or not domain.can_send:
            domain = self._other_domain(event.account_id)
        return None if domain is None else f"{SENDER_LOCAL_PART}@{domain.name}"

    def _other_domain(self, account_id: str) -> SendingDomain | None:
        """Any domain that may send: the verified ones come first, then those whose right has outlived a record."""
        for verified in (True, False):
            query = DomainQuery(size=_MOST_LOOKED_THROUGH, verified=verified, counted=False)
            for domain in self._domains.page(account_id, query).domains:
                if domain.can_send:
                    return domain
        return None

    def _domain(self, event: Event) -> SendingDomain | None:
        return self._domains.by_id(event.account_id, event.domain_id) if event.domain_id else None

    def _content(self, event: Event, together: Sequence[Event], account: Account) -> MailContent:
        if len(together) > 1:
            return digest_mail(account.name, [news_of(one) for one in together])
        if event.type in _ABOUT_DOMAINS:
            return domain_mail(account.name, news_of(event))
        if event.type in _OF_REPUTATION:
            return _of_reputation(event, account)
        if event.type in _OF_WEBHOOKS:
            return _of_webhook(event, account)
        domain = self._domain(event)
        of_identity = _of_refusal if event.type is EventType.SENDER_IDENTITY_REFUSED else _of_taking_over
        return of_identity(event, account, domain.shown_name if domain else "")


def _records(event: Event) -> frozenset[str]:
    listed = event.data.get("records")
    return frozenset(str(one["record"]) for one in listed) if isinstance(listed, list) else frozenset()


def _is_told(event: Event) -> bool:
    return event.type in TOLD and (event.type, event.data.get("reason")) not in _FOLLOWS


def _of_refusal(event: Event, account: Account, domain: str) -> MailContent:
    return refusal_mail(
        RefusalFacts(
            account=account.name,
            name=str(event.data["name"]),
            address=str(event.data["email"]),
            domain=domain,
            refused_at=event.occurred_at,
            days=REFUSAL_HOLDS.days,
        )
    )


def _of_taking_over(event: Event, account: Account, domain: str) -> MailContent:
    return taken_over_mail(
        TakenOverFacts(
            account=account.name,
            name=str(event.data["name"]),
            address=str(event.data["email"]),
            domain=domain,
            taken_over_at=event.occurred_at,
        )
    )


def _of_reputation(event: Event, account: Account) -> MailContent:
    told: Mapping[str, Any] = event.data
    return reputation_mail(
        ReputationFacts(
            account=account.name,
            domain=str(told["name"]),
            what=str(told["reason"]),
            rate=float(told["rate"]),
            threshold=float(told["threshold"]),
            volume=int(told["volume"]),
            window_hours=int(told["window_hours"]),
            at=event.occurred_at,
            paused=event.type is EventType.DOMAIN_SENDING_PAUSED,
        )
    )


def _of_webhook(event: Event, account: Account) -> MailContent:
    reason = event.data["reason"] if event.type is EventType.WEBHOOK_DISABLED else None
    return webhook_mail(
        WebhookFacts(
            account=account.name,
            url=str(event.data["url"]),
            webhook_id=str(event.data["webhook_id"]),
            at=event.occurred_at,
            reason=None if reason is None else str(reason),
        )
    )
