"""Everything that is kept of an account, but for what could be used in its place: no secret, no hash of one."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from letterhead.accounts.account import Account, AccountNotFoundError
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from letterhead.domains.domain import SendingDomain
    from letterhead.identities.identity import SenderIdentity
    from letterhead.identities.settings import IdentitySettings
    from letterhead.messages.reading import MessageFacts
    from letterhead.sandbox.recipient import SandboxRecipient
    from letterhead.suppressions.suppression import Suppression
    from letterhead.templates.template import Template
    from letterhead.tokens.account_token import AccountToken

# How much of each a part has; an answer of a function has 6 MB at most, and a template half a MB.
IDENTITIES_AT_ONCE = 1000
TEMPLATES_AT_ONCE = 8
SUPPRESSIONS_AT_ONCE = 5000
MESSAGES_AT_ONCE = 2000
_SECTIONS = ("templates", "suppressions", "messages")
_MARK = ":"


class ExportedAccounts(Protocol):
    """Where accounts are kept."""

    def by_id_now(self, account_id: str) -> Account | None:
        """The account of that id as it is now (strongly consistent), or None."""


class ExportedTokens(Protocol):
    """Where tokens are kept."""

    def of_account(self, account_id: str) -> Iterator[AccountToken]:
        """All of an account's tokens."""


class ExportedDomains(Protocol):
    """Where sending domains are kept."""

    def of_account(self, account_id: str) -> Iterable[SendingDomain]:
        """All of an account's domains."""


class ExportedIdentities(Protocol):
    """Where sender identities are kept."""

    def of_account(self, account_id: str, after: str | None = None) -> Iterable[SenderIdentity]:
        """All of an account's identities as they are now, oldest first, or those behind an id."""


class ExportedSettings(Protocol):
    """Where the settings of confirmation mails are kept."""

    def of_account(self, account_id: str) -> IdentitySettings:
        """The account's settings; the defaults when it never chose any."""


class ExportedMail(Protocol):
    """Where the rest of what an account has for its mail is kept."""

    def test_recipients(self, account_id: str) -> Sequence[SandboxRecipient]:
        """The account's test recipients."""

    def templates(self, account_id: str, after: str | None, size: int) -> Sequence[Template]:
        """The next templates behind an id, newest first."""

    def suppressions(
        self, account_id: str, after: str | None, size: int
    ) -> Sequence[tuple[str, Suppression]]:
        """The next entries of any list, each with the name of its place, behind such a place."""

    def messages(
        self, account_id: str, after: str | None, size: int, now: datetime
    ) -> Sequence[MessageFacts]:
        """The next messages behind an id, newest first, without their content."""


@value_type
class AccountExport:
    """A part of an account's export. The first one has the account with its tokens, domains, settings and test recipients.

    Identities, templates, suppressions and messages follow one after the other. `following` names the next part, or is None
    behind the last one.
    """

    account: Account
    tokens: tuple[AccountToken, ...] = ()
    domains: tuple[SendingDomain, ...] = ()
    identities: tuple[SenderIdentity, ...] = ()
    identity_settings: IdentitySettings | None = None
    test_recipients: tuple[SandboxRecipient, ...] = ()
    templates: tuple[Template, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    messages: tuple[MessageFacts, ...] = ()
    following: str | None = None


def export(
    account_id: str,
    after: str | None,
    *,
    accounts: ExportedAccounts,
    tokens: ExportedTokens,
    domains: ExportedDomains,
    identities: ExportedIdentities,
    identity_settings: ExportedSettings,
    mailings: ExportedMail,
    now: datetime,
) -> AccountExport:
    """The part of an export that `after`, which the part before it named, leads to; raises `AccountNotFoundError`."""
    account = accounts.by_id_now(account_id)
    if account is None:
        raise AccountNotFoundError(account_id)
    section, _, behind = (after or "").partition(_MARK)
    if section in _SECTIONS:
        return _mail_part(account, section, behind or None, mailings, now)
    found = tuple(islice(identities.of_account(account_id, after), IDENTITIES_AT_ONCE))
    return AccountExport(
        account=account,
        tokens=tuple(tokens.of_account(account_id)) if after is None else (),
        domains=tuple(domains.of_account(account_id)) if after is None else (),
        identities=found,
        identity_settings=identity_settings.of_account(account_id) if after is None else None,
        test_recipients=tuple(mailings.test_recipients(account_id)) if after is None else (),
        following=found[-1].identity_id if len(found) == IDENTITIES_AT_ONCE else _SECTIONS[0] + _MARK,
    )


def _mail_part(
    account: Account, section: str, behind: str | None, mailings: ExportedMail, now: datetime
) -> AccountExport:
    account_id = account.account_id
    part = AccountExport(account=account)
    match section:
        case "templates":
            templates = tuple(mailings.templates(account_id, behind, TEMPLATES_AT_ONCE))
            last = templates[-1].template_id if len(templates) == TEMPLATES_AT_ONCE else None
            part = replace(part, templates=templates)
        case "suppressions":
            entries = tuple(mailings.suppressions(account_id, behind, SUPPRESSIONS_AT_ONCE))
            last = entries[-1][0] if len(entries) == SUPPRESSIONS_AT_ONCE else None
            part = replace(part, suppressions=tuple(entry for _, entry in entries))
        case _:
            messages = tuple(mailings.messages(account_id, behind, MESSAGES_AT_ONCE, now))
            last = messages[-1].message_id if len(messages) == MESSAGES_AT_ONCE else None
            part = replace(part, messages=messages)
    if last is not None:
        return replace(part, following=section + _MARK + last)
    next_section = _SECTIONS[_SECTIONS.index(section) + 1 :][:1]
    return replace(part, following=next_section[0] + _MARK if next_section else None)
