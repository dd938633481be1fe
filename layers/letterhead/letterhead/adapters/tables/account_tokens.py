"""The account tokens table: one entry a token under its account, with the secrets in the tokens table beside it.

Two tables, because two questions are asked of tokens that must both be answered by strongly consistent reads: "whose secret is
this?" by hash, and "which tokens has this account, this domain, this identity?", which no global index can answer so. A token's
entry and its secrets change together or not at all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.accounts.account import Account, AccountChangedError
from letterhead.adapters.tables.account_token_items import (
    COUNT,
    FIRST_KEY,
    AccountTokenItem,
    count_item,
    entry_item,
    key_item,
    secret_item,
    token_key,
    token_of,
)
from letterhead.adapters.tables.accounts import is_active, require_active, require_standing
from letterhead.adapters.tables.connection import StoreUnavailableError
from letterhead.adapters.tables.domain_items import DomainItem, is_present
from letterhead.adapters.tables.identities import IdentityItem
from letterhead.adapters.tables.tokens import TokenItem, forgotten_after
from letterhead.adapters.tables.transactions import ConditionsFailedError, write_together
from letterhead.tokens.account_token import AccountToken, TokenChangedError
from letterhead.tokens.authentication import AccountSuspendedError
from letterhead.tokens.issuing import RestrictionGoneError
from letterhead.tokens.management import TokenPage, TokenPageRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date, datetime

    from pynamodb.expressions.condition import Condition
    from pynamodb.expressions.update import Action
    from pynamodb.transactions import TransactWrite

    from letterhead.accounts.limits import AccountLimits
    from letterhead.accounts.settings import AccountSettings
    from letterhead.domains.domain import SendingDomain
    from letterhead.identities.identity import SenderIdentity
    from letterhead.tokens.dialect import Dialect


class AccountTokenTable:
    """An account's tokens, and through them every secret.

    `add` and `rotate` look into the tables of accounts, domains and identities, which their own adapters have to have named.
    """

    def __init__(self, table_name: str, tokens_table_name: str) -> None:
        AccountTokenItem.bind(table_name)
        TokenItem.bind(tokens_table_name)

    def add(
        self, token: AccountToken, *, domain: SendingDomain | None, identity: SenderIdentity | None
    ) -> None:
        """Store a new token, if its account isn't suspended and what it is restricted to still is there.

        Raises `AccountSuspendedError`, `RestrictionGoneError`.
        """

        def write(transaction: TransactWrite) -> None:
            require_active(transaction, token)
            transaction.save(entry_item(token), condition=AccountTokenItem.token_key.does_not_exist())
            transaction.save(secret_item(token), condition=TokenItem.token_hash.does_not_exist())
            transaction.update(count_item(token), actions=[AccountTokenItem.number.add(1)])
            if domain is not None:
                there = is_present(domain)
                transaction.condition_check(DomainItem, domain.account_id, domain.name, condition=there)
            if identity is not None:
                there = IdentityItem.identity_id == identity.identity_id
                key = identity.email.key
                transaction.condition_check(IdentityItem, identity.account_id, key, condition=there)

        try:
            write_together(write)
        except ConditionsFailedError as failure:
            if _ACCOUNT in failure.positions:
                raise _refusal(token.account_id) from failure
            raise RestrictionGoneError from failure

    def by_id(self, account_id: str, dialect: Dialect, token_id: str) -> AccountToken | None:
        """The account's token of that dialect and id as it is now (strongly consistent), or None."""
        try:
            item = AccountTokenItem.get(account_id, token_key(dialect, token_id), consistent_read=True)
        except AccountTokenItem.DoesNotExist:
            return None
        return token_of(item)

    def page(self, account_id: str, dialect: Dialect, request: TokenPageRequest) -> TokenPage:
        """A page of the account's tokens of a dialect, newest first.

        It costs one Query for the first page and for any page whose `after` is known; else page N costs N pages.
        """
        if request.size is None:
            tokens = tuple(_newest_first(account_id, dialect, request.after, None))
            return TokenPage(request, tokens, len(tokens))
        total = _count(account_id, dialect)
        start = (request.number - 1) * request.size
        if start >= total:
            return TokenPage(request, (), total)
        skipped = 0 if request.after is not None else start
        found = _newest_first(account_id, dialect, request.after, skipped + request.size)
        return TokenPage(request, tuple(found)[skipped:], total)

    def of_account(self, account_id: str) -> Iterator[AccountToken]:
        """All of an account's tokens as they are now, of every dialect."""
        entries = AccountTokenItem.token_key >= FIRST_KEY
        return map(token_of, AccountTokenItem.query(account_id, entries, consistent_read=True))

    def restricted_to(
        self, account_id: str, *, domain_id: str | None = None, identity_id: str | None = None
    ) -> Iterator[AccountToken]:
        """The account's tokens that are restricted to an identity, or to a domain, as they are now, oldest first."""
        if identity_id is not None:
            key = AccountTokenItem.identity_key.startswith(f"{identity_id}#")
            return map(token_of, AccountTokenItem.by_identity.query(account_id, key, consistent_read=True))
        key = AccountTokenItem.domain_key.startswith(f"{domain_id}#")
        return map(token_of, AccountTokenItem.by_domain.query(account_id, key, consistent_read=True))

    def with_last_use(self, tokens: Sequence[AccountToken]) -> tuple[AccountToken, ...]:
        """The same tokens with the last day on which any of their secrets was accepted."""
        asked = sorted({each for token in tokens for each in _hashes(token)})
        days: dict[str, date | None] = {
            item.token_hash: item.last_used
            for item in TokenItem.batch_get(asked, attributes_to_get=["token_hash", "last_used"])
        }
        return tuple(replace(token, last_used=_latest(map(days.get, _hashes(token)))) for token in tokens)

    def save(self, token: AccountToken, *, before: AccountToken, now: datetime) -> AccountToken:
        """Store a new name, pause or scopes on the entry and on every living secret.

        Raises `TokenChangedError` when the token has changed since `before`.
        """
        changed = replace(token, revision=before.revision + 1)

        def write(transaction: TransactWrite) -> None:
            actions: list[Action] = [
                AccountTokenItem.name.set(token.name),
                AccountTokenItem.paused.set(token.paused),
                AccountTokenItem.scopes.set(set(token.grant.scopes)),
                AccountTokenItem.revision.set(changed.revision),
            ]
            transaction.update(key_item(token), actions=actions, condition=_unchanged(before))
            on_secrets: list[Action] = [
                TokenItem.name.set(token.name),
                TokenItem.paused.set(token.paused),
                TokenItem.scopes.set(set(token.grant.scopes)),
            ]
            _update_secrets(transaction, before, on_secrets, now)

        _write(write)
        return changed

    def rotate(self, token: AccountToken, *, before: AccountToken) -> AccountToken:
        """Put a new secret in the place of the one that `before` has.

        The old secret ends at once, or as `token.replaced` says; one that was living out an earlier overlap ends at once.
        Raises `TokenChangedError` when the token has changed since `before`, `AccountSuspendedError`.
        """
        changed = replace(token, revision=before.revision + 1)

        def write(transaction: TransactWrite) -> None:
            require_active(transaction, token)
            transaction.save(entry_item(changed), condition=_unchanged(before))
            transaction.save(secret_item(changed), condition=TokenItem.token_hash.does_not_exist())
            if token.replaced is None:
                transaction.delete(TokenItem(before.token_hash))
            else:
                ending: list[Action] = [
                    TokenItem.replaced.set(True),
                    TokenItem.expires_at.set(token.replaced.expires_at),
                    TokenItem.forget_at.set(forgotten_after(token.replaced.expires_at)),
                ]
                there = TokenItem.token_hash.exists()
                transaction.update(TokenItem(before.token_hash), actions=ending, condition=there)
            if before.replaced is not None:
                transaction.delete(TokenItem(before.replaced.token_hash))

        try:
            write_together(write)
        except ConditionsFailedError as failure:
            if failure.positions == (_ACCOUNT,):
                raise _refusal(token.account_id) from failure
            raise TokenChangedError from failure
        return changed

    def remove(self, token: AccountToken) -> None:
        """Forget the token and its secrets; raises `TokenChangedError` when it has changed meanwhile."""

        def write(transaction: TransactWrite) -> None:
            transaction.delete(key_item(token), condition=_unchanged(token))
            transaction.update(count_item(token), actions=[AccountTokenItem.number.add(-1)])
            for each in _hashes(token):
                transaction.delete(TokenItem(each))

        _write(write)

    def end_those_of(
        self, account_id: str, *, domain_id: str | None = None, identity_id: str | None = None
    ) -> None:
        """End every token that is restricted to a domain, or to an identity, which has just been deleted.

        A token that is being made meanwhile isn't missed: its own transaction looks whether the restriction is still there.
        Ending them twice is once.
        """
        self._end(lambda: self.restricted_to(account_id, domain_id=domain_id, identity_id=identity_id))

    def end_all(self, account_id: str) -> None:
        """End every token of an account that is being closed; ending them twice is once."""
        self._end(lambda: self.of_account(account_id))

    def copy_standing(self, account: Account, now: datetime) -> None:
        """Copy an account's suspension, limits and settings onto each of its tokens that has others; may be repeated.

        Raises `AccountChangedError` when the account's own have changed meanwhile.
        """
        wanted = account.is_suspended, account.limits, account.settings
        for found in self.of_account(account.account_id):
            token: AccountToken | None = found
            for _ in range(_ATTEMPTS):
                if token is None or _standing(token) == wanted:
                    break
                token = self._copied(account, token, now)
            else:
                raise StoreUnavailableError

    def _copied(self, account: Account, token: AccountToken, now: datetime) -> AccountToken | None:
        """The token after a try to give it the account's standing; None when it has been deleted."""
        given, chosen = account.limits.given(), account.settings.chosen()

        def write(transaction: TransactWrite) -> None:
            require_standing(transaction, account)
            actions: list[Action] = [
                AccountTokenItem.account_suspended.set(account.is_suspended),
                AccountTokenItem.limits.set(given) if given else AccountTokenItem.limits.remove(),
                AccountTokenItem.settings.set(chosen) if chosen else AccountTokenItem.settings.remove(),
                AccountTokenItem.revision.set(token.revision + 1),
            ]
            transaction.update(key_item(token), actions=actions, condition=_unchanged(token))
            on_secrets: list[Action] = [
                TokenItem.account_suspended.set(account.is_suspended),
                TokenItem.limits.set(given) if given else TokenItem.limits.remove(),
                TokenItem.settings.set(chosen) if chosen else TokenItem.settings.remove(),
            ]
            _update_secrets(transaction, token, on_secrets, now)

        try:
            write_together(write)
        except ConditionsFailedError as failure:
            if _ACCOUNT in failure.positions:
                raise AccountChangedError(account.account_id) from failure
        return self.by_id(token.account_id, token.dialect, token.token_id)

    def _end(self, present: Callable[[], Iterator[AccountToken]]) -> None:
        """Remove all that are there; those that somebody has changed meanwhile are looked for again."""
        changed = True
        while changed:
            changed = False
            for token in present():
                try:
                    self.remove(token)
                except TokenChangedError:
                    changed = True


_ACCOUNT = 0
_ATTEMPTS = 5


def _write(write: Callable[[TransactWrite], None]) -> None:
    try:
        write_together(write)
    except ConditionsFailedError as failure:
        raise TokenChangedError from failure


def _refusal(account_id: str) -> AccountSuspendedError | StoreUnavailableError:
    """Why an account didn't let a secret be made: it is suspended, or its standing is being copied onto its tokens."""
    return StoreUnavailableError() if is_active(account_id) else AccountSuspendedError()


def _update_secrets(
    transaction: TransactWrite, token: AccountToken, actions: Sequence[Action], now: datetime
) -> None:
    overlapping = token.overlapping(now)
    for each in (token.token_hash, *([overlapping.token_hash] if overlapping else ())):
        transaction.update(TokenItem(each), actions=list(actions), condition=TokenItem.token_hash.exists())


def _newest_first(
    account_id: str, dialect: Dialect, after: str | None, limit: int | None
) -> Iterator[AccountToken]:
    prefix = token_key(dialect, "")
    condition: Condition = AccountTokenItem.token_key.startswith(prefix)
    if after is not None:
        condition = AccountTokenItem.token_key.between(prefix, prefix + identifiers.before(after))
    found = AccountTokenItem.query(
        account_id, condition, consistent_read=True, scan_index_forward=False, limit=limit
    )
    return map(token_of, found)


def _unchanged(token: AccountToken) -> Condition:
    return AccountTokenItem.revision == token.revision


def _standing(token: AccountToken) -> tuple[bool, AccountLimits, AccountSettings]:
    return token.account_suspended, token.limits, token.settings


def _hashes(token: AccountToken) -> tuple[str, ...]:
    return (token.token_hash, *([token.replaced.token_hash] if token.replaced else ()))


def _latest(days: Iterable[date | None]) -> date | None:
    return max((day for day in days if day is not None), default=None)


def _count(account_id: str, dialect: Dialect) -> int:
    try:
        item = AccountTokenItem.get(account_id, COUNT + dialect.value)
    except AccountTokenItem.DoesNotExist:
        return 0
    return int(item.number or 0)
