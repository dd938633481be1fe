"""What an account chose for its confirmation mails and the page behind their links."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from letterhead.identities.creation import DomainLookup
from letterhead.mail.confirmation_mail import MailTemplate
from letterhead.mail.frame import Appearance
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from letterhead.domains.domain import SendingDomain
    from letterhead.identities.addresses import EmailAddress

SENDER_LOCAL_PART = "no-reply"


class SenderDomainError(Exception):
    """The account has no verified domain of the sender address's name."""


@value_type
class IdentitySettings:
    """An account's settings; None is the default of each.

    Mail goes out from `sender_email`, an address on a verified domain of the account whose id is `sender_domain_id`; without
    it, from `sender_local_part` at the identity's own domain. `html` is the content of the frame's column, cleaned.
    """

    sender_name: str | None = None
    sender_local_part: str | None = None
    sender_email: str | None = None
    sender_domain_id: str | None = None
    subject: str | None = None
    html: str | None = None
    text: str | None = None
    logo_url: str | None = None
    button_color: str | None = None
    background_color: str | None = None
    button_text: str | None = None
    success_message: str | None = None

    @property
    def template(self) -> MailTemplate:
        """How the mail is written."""
        appearance = Appearance(self.logo_url, self.button_color, self.background_color, self.button_text)
        return MailTemplate(self.subject, self.text, self.html, appearance)

    def changed(self, change: SettingsChange) -> IdentitySettings:
        """The settings after a change."""
        return replace(self, **change.values)


DEFAULTS = IdentitySettings()


@value_type
class SettingsChange:
    """New values by the names of the settings; None brings a default back, what isn't named stays."""

    values: Mapping[str, str | None]


@value_type
class ConfirmationSender:
    """Who a confirmation mail is from."""

    name: str
    address: str


class SettingsLookup(Protocol):
    """Where settings are kept."""

    def of_account(self, account_id: str) -> IdentitySettings:
        """The account's settings; the defaults when it never chose any."""


class SettingsStore(SettingsLookup, Protocol):
    """Where settings are kept, for those who change them."""

    def change(self, account_id: str, change: SettingsChange) -> IdentitySettings:
        """Store new values and answer all; two changes of different settings don't undo each other."""


class NamedDomains(DomainLookup, Protocol):
    """Where sending domains are kept."""

    def by_name(self, account_id: str, name: str) -> SendingDomain | None:
        """The account's domain of that name, or None."""


def with_sender(
    change: SettingsChange, sender: EmailAddress | None, account_id: str, domains: NamedDomains
) -> SettingsChange:
    """The change with the sender's own address; raises `SenderDomainError` when that isn't on a verified domain."""
    if sender is None:
        return change
    domain = domains.by_name(account_id, sender.domain)
    if domain is None or not domain.can_send:
        raise SenderDomainError
    return SettingsChange(
        {**change.values, "sender_email": sender.deliverable, "sender_domain_id": domain.domain_id}
    )


def sender_for(
    settings: IdentitySettings, account_id: str, account_name: str, domain_name: str, domains: DomainLookup
) -> ConfirmationSender:
    """Who a mail is from, for an identity under the domain of that name, which may send.

    An own address whose domain may not send any more gives way to the default.
    """
    name = settings.sender_name or account_name
    if settings.sender_email is not None and settings.sender_domain_id is not None:
        domain = domains.by_id(account_id, settings.sender_domain_id)
        if domain is not None and domain.can_send:
            return ConfirmationSender(name, settings.sender_email)
    return ConfirmationSender(name, f"{settings.sender_local_part or SENDER_LOCAL_PART}@{domain_name}")
