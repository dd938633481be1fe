"""What an account chose for its confirmation mails and the page behind their links."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from letterhead.identities.creation import DomainLookup
from letterhead.identities.link_host import LABEL, LinkHost
from letterhead.mail.confirmation_mail import MailTemplate
from letterhead.mail.frame import Appearance
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from letterhead.domains.domain import SendingDomain
    from letterhead.identities.addresses import EmailAddress
    from letterhead.identities.link_host import LinkHostCheck

SENDER_LOCAL_PART = "no-reply"
_MOST_LOOKS = 2


class LinkHostError(Exception):
    """A link host can't be taken: `position` in the list, and the reason."""

    def __init__(self, position: int, reason: LinkHostReason) -> None:
        super().__init__(f"link host {position}: {reason}")
        self.position = position
        self.reason = reason


class LinkHostReason(StrEnum):
    """Why a link host can't be taken."""

    DOMAIN = "domain"  # the account has no verified domain of that id
    HOST = "host"  # the host isn't a name below the domain, or one that the domain needs otherwise


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
    link_hosts: tuple[LinkHost, ...] = ()

    def link_host_of(self, domain_id: str) -> LinkHost | None:
        """The own host that links for a domain's identities lead to, if the account chose one."""
        return next((one for one in self.link_hosts if one.domain_id == domain_id), None)

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

    values: Mapping[str, Any]


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


def with_link_hosts(
    change: SettingsChange,
    wanted: Sequence[tuple[str, str | None]] | None,
    target: str,
    account_id: str,
    domains: DomainLookup,
) -> SettingsChange:
    """The change with the link hosts that were asked for, each a domain's id and a name below it (None: `links.<domain>`).

    Raises `LinkHostError`.
    """
    if wanted is None:
        return change
    hosts: list[LinkHost] = []
    for position, (domain_id, given) in enumerate(wanted):
        domain = domains.by_id(account_id, domain_id)
        if domain is None or not domain.can_send or any(one.domain_id == domain_id for one in hosts):
            raise LinkHostError(position, LinkHostReason.DOMAIN)
        host = given or f"{LABEL}.{domain.name}"
        if not host.endswith("." + domain.name) or host == domain.mail_from_domain:
            raise LinkHostError(position, LinkHostReason.HOST)
        hosts.append(LinkHost(domain_id, host, target))
    return SettingsChange({**change.values, "link_hosts": tuple(hosts)})


def looked_at(
    settings: IdentitySettings, target: str, check: LinkHostCheck, now: datetime
) -> tuple[LinkHost, ...]:
    """The link hosts, those whose last look is old looked at again; at most `_MOST_LOOKS` at a time, the oldest first."""
    current = [
        one if one.target == target else replace(one, target=target, checked_at=None)
        for one in settings.link_hosts
    ]
    due = sorted(
        (one for one in current if one.is_due(now)),
        key=lambda one: one.checked_at.timestamp() if one.checked_at else 0.0,
    )[:_MOST_LOOKS]
    return tuple(check.checked(one, now) if one in due else one for one in current)


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
