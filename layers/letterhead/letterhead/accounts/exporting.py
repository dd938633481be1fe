"""Everything that is kept of an account, but for what could be used in its place: no secret, no hash of one."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Protocol

from letterhead.accounts.account import Account, AccountNotFoundError
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from letterhead.domains.domain import SendingDomain
    from letterhead.identities.identity import SenderIdentity
    from letterhead.identities.settings import IdentitySettings
    from letterhead.tokens.account_token import AccountToken

IDENTITIES_AT_ONCE = 1000


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


@value_type
class AccountExport:
    """A part of an account's export: the first one has everything but the identities that don't fit.

    `following` names the next part, or is None behind the last one.
    """

    account: Account
    tokens: tuple[AccountToken, ...]
    domains: tuple[SendingDomain, ...]
    identities: tuple[SenderIdentity, ...]
    identity_settings: IdentitySettings | None
    following: str | None


def export(
    account_id: str,
    after: str | None,
    *,
    accounts: ExportedAccounts,
    tokens: ExportedTokens,
    domains: ExportedDomains,
    identities: ExportedIdentities,
    identity_settings: ExportedSettings,
) -> AccountExport:
    """The part of an export that comes after the identity of that id; raises `AccountNotFoundError`."""
    account = accounts.by_id_now(account_id)
    if account is None:
        raise AccountNotFoundError(account_id)
    found = tuple(islice(identities.of_account(account_id, after), IDENTITIES_AT_ONCE))
    return AccountExport(
        account=account,
        tokens=tuple(tokens.of_account(account_id)) if after is None else (),
        domains=tuple(domains.of_account(account_id)) if after is None else (),
        identities=found,
        identity_settings=identity_settings.of_account(account_id) if after is None else None,
        following=found[-1].identity_id if len(found) == IDENTITIES_AT_ONCE else None,
    )
