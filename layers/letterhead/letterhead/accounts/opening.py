"""Opening an account with its first tokens, and giving it more of them later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from letterhead.accounts.account import Account, AccountNotFoundError
from letterhead.tokens import token as tokens
from letterhead.tokens.account_token import AccountToken
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.issuing import (
    CreatedToken,
    NewToken,
    NewTokenStore,
    RestrictedDomains,
    RestrictedIdentities,
    create,
)
from letterhead.tokens.scopes import SCOPES
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

FIRST_TOKEN = "first token"  # noqa: S105 - a name


class NewAccountStore(Protocol):
    """Where accounts are kept."""

    def add(self, account: Account) -> None:
        """Store a new account."""

    def by_id_now(self, account_id: str) -> Account | None:
        """The account of that id as it is now (strongly consistent), or None."""


@value_type
class OpenedAccount:
    """An account just opened, with the one chance to read its first tokens."""

    account: Account
    texts: Mapping[Dialect, str]


def open_with_tokens(
    account: Account, *, accounts: NewAccountStore, store: NewTokenStore, new_id: Callable[[], str]
) -> OpenedAccount:
    """Store a new account and one token with all scopes for each dialect."""
    accounts.add(account)
    texts = {}
    for dialect in Dialect:
        issued = tokens.issue(
            token_id=new_id(),
            account_id=account.account_id,
            dialect=dialect,
            name=FIRST_TOKEN,
            scopes=SCOPES[dialect],
            now=account.created_at,
            limits=account.limits,
            settings=account.settings,
        )
        store.add(AccountToken.of(issued.token), domain=None, identity=None)
        texts[dialect] = issued.text
    return OpenedAccount(account, texts)


def issue_token(
    account_id: str,
    dialect: Dialect,
    wanted: NewToken,
    *,
    token_id: str,
    accounts: NewAccountStore,
    store: NewTokenStore,
    domains: RestrictedDomains,
    identities: RestrictedIdentities,
    now: datetime,
) -> CreatedToken:
    """A further token of an account, as narrow as asked for.

    Raises `AccountNotFoundError`, `GrantRefusedError`, `AccountSuspendedError`.
    """
    account = accounts.by_id_now(account_id)
    if account is None:
        raise AccountNotFoundError(account_id)
    # What the account itself may do is what a token with everything may; this one is never stored.
    whole = tokens.issue(
        token_id=token_id,
        account_id=account_id,
        dialect=dialect,
        name="",
        scopes=SCOPES[dialect],
        now=now,
        limits=account.limits,
        settings=account.settings,
    ).token
    return create(
        wanted,
        caller=whole,
        token_id=token_id,
        domains=domains,
        identities=identities,
        store=store,
        now=now,
    )
