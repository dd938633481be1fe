"""Telling the owner of an account, by mail, what they wouldn't otherwise hear of."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from letterhead.identities.addresses import AddressError, AddressRules
from letterhead.identities.limits import REFUSAL_HOLDS
from letterhead.mail.message import Mailer, MailRefusedError, OutgoingMail
from letterhead.mail.refusal_mail import RefusalFacts, refusal_mail
from letterhead.mail.reputation_mail import ReputationFacts, reputation_mail
from letterhead.mail.webhook_mail import WebhookFacts, webhook_mail
from letterhead.outbox.event import Event, EventType
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from letterhead.accounts.account import Account
    from letterhead.domains.domain import SendingDomain
    from letterhead.mail.message import MailContent

_OF_REPUTATION = frozenset({EventType.DOMAIN_REPUTATION_WARNING, EventType.DOMAIN_SENDING_PAUSED})
_OF_WEBHOOKS = frozenset({EventType.WEBHOOK_FAILING, EventType.WEBHOOK_DISABLED})
TOLD = _OF_REPUTATION | _OF_WEBHOOKS | {EventType.SENDER_IDENTITY_REFUSED}
SENDER_NAME = "Letterhead"
SENDER_LOCAL_PART = "no-reply"


@value_type
class NoticeRequest:
    """Which event the owner is to be told of. It holds ids only: who may read a queue learns nothing of it."""

    account_id: str
    event_id: str


class Telling(StrEnum):
    """What became of a request.

    `outdated`: the owner knows, or the event or the account is gone. `no_sender`: the event's domain may not send any more.
    `undeliverable`: the owner's address isn't one that mail reaches. `refused`: the provider won't take the mail.
    """

    SENT = "sent"
    OUTDATED = "outdated"
    NO_SENDER = "no_sender"
    UNDELIVERABLE = "undeliverable"
    REFUSED = "refused"


class UntoldEvents(Protocol):
    """Where events lie."""

    def untold(self, account_id: str, event_id: str, now: datetime) -> Event | None:
        """The event, or None when it is gone or the account's owner has been told of it."""

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


class OwnerNotices:
    """The act, with what it needs."""

    def __init__(
        self,
        events: UntoldEvents,
        accounts: NoticeAccounts,
        domains: NoticeDomains,
        addresses: AddressRules,
        mailer: Mailer,
    ) -> None:
        self._events = events
        self._accounts = accounts
        self._domains = domains
        self._addresses = addresses
        self._mailer = mailer

    def send(self, request: NoticeRequest, now: datetime) -> Telling:
        """Send one notice, from the domain that the event is about, unless it has been sent.

        Raises `UnavailableError` for what may pass, so that the queue brings the request back.
        """
        event = self._events.untold(request.account_id, request.event_id, now)
        account = self._accounts.by_id(request.account_id)
        if event is None or event.type not in TOLD or account is None or account.is_suspended:
            return Telling.OUTDATED
        domain = self._domains.by_id(event.account_id, event.domain_id) if event.domain_id else None
        if domain is None or not domain.can_send:
            return Telling.NO_SENDER
        try:
            owner = self._addresses.parse(account.owner_email)
        except AddressError:
            return Telling.UNDELIVERABLE
        if owner.needs_smtputf8:
            return Telling.UNDELIVERABLE
        try:
            self._mailer.send(_mail(event, account, domain, owner.deliverable), now)
        except MailRefusedError:
            return Telling.REFUSED
        self._events.note_told(event, now)
        return Telling.SENT


def _mail(event: Event, account: Account, domain: SendingDomain, to_address: str) -> OutgoingMail:
    if event.type in _OF_WEBHOOKS:
        content = _of_webhook(event, account)
    else:
        write = _of_reputation if event.type in _OF_REPUTATION else _of_refusal
        content = write(event, account, domain)
    return OutgoingMail(
        from_name=SENDER_NAME,
        from_address=f"{SENDER_LOCAL_PART}@{domain.name}",
        to_address=to_address,
        content=content,
        tags={"account": account.account_id, "event": event.event_id, "kind": "owner_notice"},
    )


def _of_refusal(event: Event, account: Account, domain: SendingDomain) -> MailContent:
    return refusal_mail(
        RefusalFacts(
            account=account.name,
            name=str(event.data["name"]),
            address=str(event.data["email"]),
            domain=domain.shown_name,
            refused_at=event.occurred_at,
            days=REFUSAL_HOLDS.days,
        )
    )


def _of_reputation(event: Event, account: Account, domain: SendingDomain) -> MailContent:
    told: Mapping[str, Any] = event.data
    return reputation_mail(
        ReputationFacts(
            account=account.name,
            domain=domain.shown_name,
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
