"""What is kept of an account, but for what could be used in its place: no secret, no hash of one.

Nor what time takes away: contents of mail, logged calls, deliveries to webhooks, what DNS said at each check of a domain.
"""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Protocol

from letterhead import identifiers
from letterhead.accounts.account import Account, AccountNotFoundError
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from letterhead.activity.activity import Activity
    from letterhead.activity.counts import DayCount
    from letterhead.activity.recipients import Recipient
    from letterhead.domains.domain import SendingDomain
    from letterhead.identities.identity import SenderIdentity
    from letterhead.identities.settings import IdentitySettings
    from letterhead.messages.reading import MessageFacts
    from letterhead.outbox.event import Event
    from letterhead.sandbox.recipient import SandboxRecipient
    from letterhead.suppressions.suppression import Suppression
    from letterhead.templates.template import Template
    from letterhead.tokens.account_token import AccountToken
    from letterhead.webhooks.endpoint import Endpoint

# How much of each a part has; an answer of a function has 6 MB at most, and a template half a MB.
AT_ONCE = {
    "domains": 500,
    "identities": 1000,
    "templates": 8,
    "suppressions": 5000,
    "messages": 1000,
    "activities": 2000,
    "counts": 2000,
    "recipients": 5000,
    "events": 1000,
}
DOMAINS_AT_ONCE = 500
"""Of how many domains a part looks for what is kept under each."""
_MARK = ":"


class ExportMarkError(ValueError):
    """What was given to go on behind isn't what a part of this export has named."""

    def __init__(self) -> None:
        super().__init__("after: must be the `next` of the part before")


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

    def of_account(self, account_id: str, after: str | None = None) -> Iterable[SendingDomain]:
        """An account's domains that can be read, oldest first, or those behind an id."""

    def unreadable(self, account_id: str) -> Iterable[str]:
        """The names of those that can't."""


class ExportedIdentities(Protocol):
    """Where sender identities are kept."""

    def of_account(self, account_id: str, after: str | None = None) -> Iterable[SenderIdentity]:
        """All of an account's identities as they are now, oldest first, or those behind an id."""


class ExportedSettings(Protocol):
    """Where the settings of confirmation mails are kept."""

    def of_account(self, account_id: str) -> IdentitySettings:
        """The account's settings; the defaults when it never chose any."""


class ExportedEndpoints(Protocol):
    """Where webhooks' endpoints are kept."""

    def of_account(self, account_id: str) -> Sequence[Endpoint]:
        """The account's endpoints as they are now."""


class ExportedEvents(Protocol):
    """Where events lie."""

    def behind(self, account_id: str, after: str | None, size: int) -> Sequence[Event]:
        """The account's next events behind an id, oldest first."""


class ExportedMail(Protocol):
    """Where the rest of what an account has for its mail is kept, and what has become of that."""

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

    def activities(
        self, domain_id: str, after: str | None, size: int, now: datetime
    ) -> Sequence[tuple[str, Activity]]:
        """The next activities of a domain behind an id, newest first, each with its id."""

    def counts(
        self, domain_id: str, after: str | None, size: int, now: datetime
    ) -> Sequence[tuple[str, DayCount]]:
        """The next daily counts of a domain, each with the name of its place, behind such a place."""

    def recipients(
        self, domain_id: str, after: str | None, size: int, now: datetime
    ) -> Sequence[tuple[str, Recipient]]:
        """The next addresses that a domain has mailed behind an id, each with its id."""


@value_type
class AccountExport:
    """A part of an account's export. The first one has the account with its tokens, settings, endpoints and test recipients, and
    the names of domains that it lacks, for they can't be read.

    Each other one has `items` of one section of `AT_ONCE`, in that order. `following` names the next part, or is None behind the
    last one.
    """

    account: Account
    tokens: tuple[AccountToken, ...] = ()
    identity_settings: IdentitySettings | None = None
    test_recipients: tuple[SandboxRecipient, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    unreadable_domains: tuple[str, ...] = ()
    section: str | None = None
    items: tuple[Any, ...] = ()
    following: str | None = None


@value_type
class Exported:
    """Where everything of an account is kept."""

    accounts: ExportedAccounts
    tokens: ExportedTokens
    domains: ExportedDomains
    identities: ExportedIdentities
    identity_settings: ExportedSettings
    endpoints: ExportedEndpoints
    events: ExportedEvents
    mailings: ExportedMail

    def part(self, account_id: str, after: str | None, now: datetime) -> AccountExport:
        """The part that `after`, which the part before it named, leads to.

        Raises `AccountNotFoundError`, `ExportMarkError`.
        """
        section, _, behind = (after or "").partition(_MARK)
        if after is not None and (section not in AT_ONCE or not _is_mark(section, behind)):
            raise ExportMarkError
        account = self.accounts.by_id_now(account_id)
        if account is None:
            raise AccountNotFoundError(account_id)
        if after is None:
            return AccountExport(
                account=account,
                tokens=tuple(self.tokens.of_account(account_id)),
                identity_settings=self.identity_settings.of_account(account_id),
                test_recipients=tuple(self.mailings.test_recipients(account_id)),
                endpoints=tuple(self.endpoints.of_account(account_id)),
                unreadable_domains=tuple(self.domains.unreadable(account_id)),
                following=_following(""),
            )
        found, mark = self._section(account_id, section, behind or None, now)
        return AccountExport(
            account=account,
            section=section,
            items=tuple(found),
            following=_following(section) if mark is None else f"{section}{_MARK}{mark}",
        )

    def _section(
        self, account_id: str, section: str, behind: str | None, now: datetime
    ) -> tuple[Sequence[Any], str | None]:
        size, mail = AT_ONCE[section], self.mailings
        match section:
            case "domains":
                domains = tuple(islice(self.domains.of_account(account_id, behind), size))
                return domains, domains[-1].domain_id if len(domains) == size else None
            case "identities":
                identities = tuple(islice(self.identities.of_account(account_id, behind), size))
                return identities, identities[-1].identity_id if len(identities) == size else None
            case "templates":
                templates = mail.templates(account_id, behind, size)
                return templates, templates[-1].template_id if len(templates) == size else None
            case "suppressions":
                entries = mail.suppressions(account_id, behind, size)
                return [entry for _, entry in entries], entries[-1][0] if len(entries) == size else None
            case "messages":
                messages = mail.messages(account_id, behind, size, now)
                return messages, messages[-1].message_id if len(messages) == size else None
            case "events":
                events = self.events.behind(account_id, behind, size)
                return events, events[-1].event_id if len(events) == size else None
            case _:
                read = {
                    "activities": mail.activities,
                    "counts": mail.counts,
                    "recipients": mail.recipients,
                }
                return self._of_domains(account_id, behind, read[section], size, now)

    def _of_domains(
        self,
        account_id: str,
        behind: str | None,
        read: Callable[[str, str | None, int, datetime], Sequence[tuple[str, Any]]],
        size: int,
        now: datetime,
    ) -> tuple[Sequence[Any], str | None]:
        """What is kept under the account itself, for mail without a domain, and then under each domain."""
        begun, _, inner = (behind or account_id).partition(_MARK)
        of_itself = begun == account_id
        # The one that a mark names is looked for among the account's own: another's has nothing to give.
        own = self.domains.of_account(account_id, None if of_itself else identifiers.before(begun))
        owners = chain([account_id] * of_itself, (each.domain_id for each in own))
        found: list[Any] = []
        for number, owner in enumerate(owners):
            if number == DOMAINS_AT_ONCE:
                return found, owner
            rows = read(owner, inner if owner == begun and inner else None, size - len(found), now)
            found += [row for _, row in rows]
            if len(found) == size:
                return found, f"{owner}{_MARK}{rows[-1][0]}"
        return found, None


def _following(section: str) -> str | None:
    sections = ["", *AT_ONCE]
    after = sections[sections.index(section) + 1 :][:1]
    return f"{after[0]}{_MARK}" if after else None


def _is_mark(section: str, behind: str) -> bool:
    if not behind:
        return True
    if section == "suppressions":
        return behind.startswith("e#")
    return identifiers.is_id(behind[:16]) and behind[16:17] in ("", _MARK)
