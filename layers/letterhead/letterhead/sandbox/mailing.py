"""Sending the mail that asks somebody to be a test recipient.

It comes from whatever may send for the account: the operator's shared sender, else the account's own name below the operator's
sandbox domain, else a domain of the account that sends.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from letterhead.identities.confirmation_mailing import AccountLookup, Mailing
from letterhead.identities.identity import IdentityStatus, MailFailure
from letterhead.identities.link_issuing import Key, LinkIssuing, LinkStore, Purpose
from letterhead.mail.invitation_mail import RecipientFacts, invitation_mail
from letterhead.mail.lookalikes import in_plain_sight
from letterhead.mail.message import Mailer, MailRefusedError, OutgoingMail
from letterhead.messages.sender import sandbox_host
from letterhead.outbox.owner_notice import SENDER_LOCAL_PART, SENDER_NAME
from letterhead.sandbox.recipient import RecipientNotFoundError, SandboxRecipient, SandboxStore, changed
from letterhead.suppressions.address import folded
from letterhead.unavailable import UnavailableError
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from letterhead.accounts.account import Account
    from letterhead.domains.domain import SendingDomain
    from letterhead.suppressions.blocking import Suppressed

RECIPIENT_LINKS = Purpose("test_recipient", "/test-recipients/")


@value_type
class RecipientMailRequest:
    """Which mail is due. It holds ids only: who may read a queue learns no address and no link."""

    account_id: str
    recipient_id: str
    generation: int


class SendingDomains(Protocol):
    """Where sending domains are kept."""

    def of_account(self, account_id: str) -> Iterable[SendingDomain]:
        """All of an account's domains, oldest first."""


class InvitationStores(Protocol):
    """What is read and written for a mail besides, each by its own part."""

    @property
    def links(self) -> LinkStore:
        """Where links are kept."""

    @property
    def domains(self) -> SendingDomains:
        """Where sending domains are kept."""

    @property
    def accounts(self) -> AccountLookup:
        """Where accounts are kept."""

    @property
    def suppressed(self) -> Suppressed:
        """Where suppressions are looked up."""


class RecipientMailing:
    """The act, with what it needs. `operators_own` is the shared sender's address and the sandbox domain, as far as there are
    any; `public_url` is where people reach us, without a slash at the end; `most_a_day` how many mails one address gets a day."""

    def __init__(
        self,
        sandboxes: SandboxStore,
        stores: InvitationStores,
        most_a_day: int,
        mailer: Mailer,
        key: Key,
        public_url: str,
        operators_own: tuple[str | None, str | None],
    ) -> None:
        self._store = sandboxes
        self._shared, self._sandbox_domain = operators_own
        self._stores = stores
        self._links = LinkIssuing(stores.links, most_a_day, key, RECIPIENT_LINKS)
        self._mailer = mailer
        self._public_url = public_url

    def send(self, request: RecipientMailRequest, now: datetime) -> Mailing:
        """Send one mail, unless it isn't wanted any more; repeating a request repeats the same link at worst.

        What may pass is noted on the recipient where that is possible and raised as `UnavailableError`, so that the queue brings
        the request back; what won't pass is noted and done with.
        """
        recipient = self._store.of_account_now(request.account_id).by_id(request.recipient_id)
        if recipient is None or not _wants(recipient, request):
            return Mailing.OUTDATED
        account = self._stores.accounts.by_id(recipient.account_id)
        if account is None or account.is_suspended:
            return self._failed(recipient, MailFailure.ACCOUNT_SUSPENDED)
        if recipient.email.needs_smtputf8:
            return self._failed(recipient, MailFailure.ADDRESS_NOT_DELIVERABLE)
        address = folded(recipient.email.deliverable)
        if self._stores.suppressed.blocking(recipient.account_id, None, [address], now):
            return self._failed(recipient, MailFailure.SUPPRESSED)
        sender = self._sender(account)
        if sender is None:
            return self._failed(recipient, MailFailure.DOMAIN_NOT_VERIFIED)
        link = self._links.issue(recipient, recipient.recipient_id, now)
        if link is None:
            return self._failed(recipient, MailFailure.ADDRESS_LIMIT)
        facts = RecipientFacts(
            asker=account.name,
            address=in_plain_sight(recipient.email.shown, recipient.email.deliverable),
            url=f"{self._public_url}{link.path}",
            expires_at=link.expires_at,
        )
        mail = OutgoingMail(
            from_name=sender[0],
            from_address=sender[1],
            to_address=recipient.email.deliverable,
            content=invitation_mail(facts),
            tags={"account": account.account_id, "kind": "test_recipient_confirmation"},
        )
        try:
            self._mailer.send(mail, now)
        except UnavailableError:
            self._note(recipient, lambda one: replace(one, mail_failure=MailFailure.PROVIDER_BUSY))
            raise
        except MailRefusedError:
            return self._failed(recipient, MailFailure.PROVIDER_REFUSED)
        self._note(
            recipient,
            lambda one: replace(
                one, mailed_generation=one.generation, expires_at=link.expires_at, mail_failure=None
            ),
        )
        return Mailing.SENT

    def _sender(self, account: Account) -> tuple[str, str] | None:
        """Name and address of who the mail is from; None where nothing may send for the account."""
        if self._shared is not None:
            return SENDER_NAME, self._shared
        if self._sandbox_domain is not None:
            return (
                account.name,
                f"{SENDER_LOCAL_PART}@{sandbox_host(account.account_id, self._sandbox_domain)}",
            )
        own = next((one for one in self._stores.domains.of_account(account.account_id) if one.sends), None)
        return None if own is None else (account.name, f"{SENDER_LOCAL_PART}@{own.name}")

    def _failed(self, recipient: SandboxRecipient, failure: MailFailure) -> Mailing:
        self._note(recipient, lambda one: replace(one, mail_failure=failure))
        return Mailing.FAILED

    def _note(
        self, recipient: SandboxRecipient, change: Callable[[SandboxRecipient], SandboxRecipient]
    ) -> None:
        """Note something of this generation; nothing when it has grown meanwhile, or the recipient is gone."""

        def noted(one: SandboxRecipient) -> SandboxRecipient:
            return change(one) if one.generation == recipient.generation else one

        try:
            changed(
                self._store,
                recipient.account_id,
                lambda sandbox: sandbox.changed(recipient.recipient_id, noted),
            )
        except RecipientNotFoundError:
            return


def _wants(recipient: SandboxRecipient, request: RecipientMailRequest) -> bool:
    return (
        recipient.generation == request.generation
        and recipient.status is IdentityStatus.PENDING
        and not recipient.mailed
        and recipient.mail_failure is not MailFailure.ADDRESS_LIMIT
    )
