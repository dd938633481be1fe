"""Sending the confirmation mail that an identity asks for by being there, or by its generation having grown."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from letterhead.identities.identity import IdentityStatus, MailFailure, SenderIdentity
from letterhead.identities.link_issuing import CONSENT, Key, LinkIssuing, LinkStore
from letterhead.identities.settings import ConfirmationSender, IdentitySettings, SettingsLookup, sender_for
from letterhead.mail.confirmation_mail import ConfirmationFacts, confirmation_mail
from letterhead.mail.lookalikes import in_plain_sight
from letterhead.mail.message import Mailer, MailRefusedError, OutgoingMail
from letterhead.suppressions.address import folded
from letterhead.unavailable import UnavailableError
from letterhead.values import value_type

if TYPE_CHECKING:
    from datetime import datetime

    from letterhead.accounts.account import Account
    from letterhead.identities.creation import DomainLookup
    from letterhead.identities.link_host import LinkAddresses
    from letterhead.suppressions.blocking import Suppressed


@value_type
class MailRequest:
    """Which mail is due. It holds ids only: who may read a queue learns no address and no link."""

    account_id: str
    identity_id: str
    generation: int


class Mailing(StrEnum):
    """What became of a request."""

    SENT = "sent"
    OUTDATED = "outdated"
    FAILED = "failed"


class MailedIdentities(Protocol):
    """Where sender identities are kept."""

    def by_id_now(self, account_id: str, identity_id: str) -> SenderIdentity | None:
        """The identity as it is now (strongly consistent), or None."""

    def note_mailed(self, identity: SenderIdentity, *, mailed_at: datetime, expires_at: datetime) -> None:
        """Note that this generation's mail has left; nothing when the generation has grown meanwhile."""

    def note_failure(self, identity: SenderIdentity, failure: MailFailure) -> None:
        """Note why this generation's mail hasn't left; nothing when the generation has grown meanwhile."""


class AccountLookup(Protocol):
    """Where accounts are kept."""

    def by_id(self, account_id: str) -> Account | None:
        """The account, or None."""


@value_type
class MailingStores:
    """What is read and written for a mail, each by its own part."""

    identities: MailedIdentities
    links: LinkStore
    domains: DomainLookup
    accounts: AccountLookup
    settings: SettingsLookup
    suppressed: Suppressed


class ConfirmationMailing:
    """The act, with what it needs. `most_a_day` is how many mails one address gets a day, whoever asks."""

    def __init__(
        self, stores: MailingStores, most_a_day: int, mailer: Mailer, key: Key, addresses: LinkAddresses
    ) -> None:
        self._stores = stores
        self._links = LinkIssuing(stores.links, most_a_day, key, CONSENT)
        self._mailer = mailer
        self._addresses = addresses

    def send(self, request: MailRequest, now: datetime) -> Mailing:
        """Send one mail, unless it isn't wanted any more; repeating a request repeats the same link at worst.

        What may pass (a throttle, a store that doesn't answer) is noted on the identity where that is possible and raised as
        `UnavailableError`, so that the queue brings the request back; what won't pass is noted and done with.
        """
        identity = self._stores.identities.by_id_now(request.account_id, request.identity_id)
        if identity is None or not _wants(identity, request):
            return Mailing.OUTDATED
        account = self._stores.accounts.by_id(identity.account_id)
        failure = self._obstacle(identity, account, now)
        if failure is not None or account is None:
            return self._failed(identity, failure or MailFailure.ACCOUNT_SUSPENDED)
        settings = self._stores.settings.of_account(identity.account_id)
        sender = sender_for(
            settings, account.account_id, account.name, identity.domain.name, self._stores.domains
        )
        link = self._links.issue(identity, identity.identity_id, now)
        if link is None:
            return self._failed(identity, MailFailure.ADDRESS_LIMIT)
        address = self._addresses.address(settings.link_host_of(identity.domain.domain_id), now)
        facts = ConfirmationFacts(
            asker=account.name,
            name=identity.name,
            address=in_plain_sight(identity.email.shown, identity.email.deliverable),
            domain=in_plain_sight(identity.domain.shown_name, identity.domain.name),
            note=identity.personal_note if identity.add_note else None,
            url=f"{address}{link.path}",
            expires_at=link.expires_at,
        )
        try:
            self._mailer.send(_mail(identity, facts, settings, sender), now)
        except UnavailableError:
            self._stores.identities.note_failure(identity, MailFailure.PROVIDER_BUSY)
            raise
        except MailRefusedError:
            return self._failed(identity, MailFailure.PROVIDER_REFUSED)
        self._stores.identities.note_mailed(identity, mailed_at=now, expires_at=link.expires_at)
        return Mailing.SENT

    def _obstacle(
        self, identity: SenderIdentity, account: Account | None, now: datetime
    ) -> MailFailure | None:
        if account is None or account.suspended_at is not None:
            return MailFailure.ACCOUNT_SUSPENDED
        if identity.email.needs_smtputf8:
            return MailFailure.ADDRESS_NOT_DELIVERABLE
        domain = self._stores.domains.by_id(identity.account_id, identity.domain.domain_id)
        if domain is None or not domain.sends:
            return MailFailure.DOMAIN_NOT_VERIFIED
        address = folded(identity.email.deliverable)
        blocks = self._stores.suppressed.blocking(identity.account_id, domain.domain_id, [address], now)
        return MailFailure.SUPPRESSED if blocks else None

    def _failed(self, identity: SenderIdentity, failure: MailFailure) -> Mailing:
        self._stores.identities.note_failure(identity, failure)
        return Mailing.FAILED


def _wants(identity: SenderIdentity, request: MailRequest) -> bool:
    return (
        identity.generation == request.generation
        and identity.status is IdentityStatus.PENDING
        and not identity.mailed
        and identity.mail_failure is not MailFailure.ADDRESS_LIMIT
    )


def _mail(
    identity: SenderIdentity, facts: ConfirmationFacts, settings: IdentitySettings, sender: ConfirmationSender
) -> OutgoingMail:
    return OutgoingMail(
        from_name=sender.name,
        from_address=sender.address,
        to_address=identity.email.deliverable,
        content=confirmation_mail(facts, settings.template),
        tags={
            "account": identity.account_id,
            "domain": identity.domain.domain_id,
            "identity": identity.identity_id,
            "kind": "identity_confirmation",
        },
    )
