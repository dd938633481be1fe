"""The accounts table: one item an account, and one index by which all of them are listed without a scan.

The operator alone lists accounts, so that all of them may lie in one partition of the index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.exceptions import DeleteError, UpdateError
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from letterhead.accounts.account import Account, AccountChangedError, AccountNotFoundError
from letterhead.accounts.limits import AccountLimits
from letterhead.accounts.settings import AccountSettings
from letterhead.adapters.tables.attributes import Moment
from letterhead.adapters.tables.connection import TableModel

if TYPE_CHECKING:
    from datetime import datetime

    from pynamodb.expressions.condition import Condition
    from pynamodb.expressions.update import Action
    from pynamodb.transactions import TransactWrite

    from letterhead.tokens.account_token import AccountToken

_EVERY = "account"


class _Listed(GlobalSecondaryIndex["AccountItem"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "listed"
        projection = AllProjection()

    listed = UnicodeAttribute(hash_key=True)
    account_id = UnicodeAttribute(range_key=True)


class AccountItem(TableModel):
    """An account as an item. `listed` has the same value in all of them."""

    class Meta:
        table_name = ""

    account_id = UnicodeAttribute(hash_key=True)
    listed = UnicodeAttribute(default=_EVERY)
    name = UnicodeAttribute()
    owner_email = UnicodeAttribute()
    limits = JSONAttribute(null=True)
    settings = JSONAttribute(null=True)
    created_at = Moment()
    suspended_at = Moment(null=True)
    closing_at = Moment(null=True)

    by_listing = _Listed()


class AccountTable:
    """Where accounts are kept."""

    def __init__(self, table_name: str) -> None:
        AccountItem.bind(table_name)

    def add(self, account: Account) -> None:
        """Store a new account."""
        AccountItem(
            account_id=account.account_id,
            name=account.name,
            owner_email=account.owner_email,
            limits=account.limits.given() or None,
            settings=account.settings.chosen() or None,
            created_at=account.created_at,
            suspended_at=account.suspended_at,
            closing_at=account.closing_at,
        ).save(AccountItem.account_id.does_not_exist())

    def by_id(self, account_id: str) -> Account | None:
        """The account of that id, or None."""
        return _get(account_id, consistent=False)

    def by_id_now(self, account_id: str) -> Account | None:
        """The account of that id as it is now (strongly consistent), or None."""
        return _get(account_id, consistent=True)

    def page(self, size: int, after: str | None) -> tuple[Account, ...]:
        """The next accounts behind an id, oldest first; one just made may be missing for a moment."""
        younger = None if after is None else AccountItem.account_id > after
        return tuple(_account(item) for item in AccountItem.by_listing.query(_EVERY, younger, limit=size))

    def suspend(self, account_id: str, now: datetime) -> Account:
        """Suspend an account, since when it was first; raises `AccountNotFoundError`."""
        return _update(account_id, [AccountItem.suspended_at.set(AccountItem.suspended_at | now)])

    def resume(self, account_id: str) -> Account:
        """End a suspension; raises `AccountNotFoundError`, also for an account that is being deleted."""
        return _update(
            account_id, [AccountItem.suspended_at.remove()], AccountItem.closing_at.does_not_exist()
        )

    def limit(self, account_id: str, limits: AccountLimits) -> Account:
        """Replace an account's limits; raises `AccountNotFoundError`."""
        given = limits.given()
        return _update(account_id, [AccountItem.limits.set(given) if given else AccountItem.limits.remove()])

    def settle(self, account_id: str, settings: AccountSettings, before: AccountSettings) -> Account:
        """Replace an account's settings; raises `AccountChangedError` when they aren't `before` any more."""
        chosen = settings.chosen()
        action = AccountItem.settings.set(chosen) if chosen else AccountItem.settings.remove()
        try:
            return _update(account_id, [action], _has_settings(before))
        except AccountNotFoundError as error:
            raise AccountChangedError(account_id) from error

    def start_closing(self, account_id: str, now: datetime) -> Account:
        """Suspend an account for good; raises `AccountNotFoundError`."""
        return _update(
            account_id,
            [
                AccountItem.suspended_at.set(AccountItem.suspended_at | now),
                AccountItem.closing_at.set(AccountItem.closing_at | now),
            ],
        )

    def forget(self, account_id: str) -> None:
        """Delete an account that is being closed; forgetting it twice is once."""
        try:
            AccountItem(account_id).delete(AccountItem.closing_at.exists())
        except DeleteError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise


def require_active(transaction: TransactWrite, token: AccountToken) -> None:
    """Let a transaction fail unless the token's account is active and has the limits and settings that the token copies."""
    there = AccountItem.account_id.exists() & AccountItem.suspended_at.does_not_exist()
    same = _has_limits(token.limits) & _has_settings(token.settings)
    transaction.condition_check(AccountItem, token.account_id, condition=there & same)


def is_active(account_id: str) -> bool:
    """Whether the account is there and isn't suspended, now."""
    account = _get(account_id, consistent=True)
    return account is not None and not account.is_suspended


def require_standing(transaction: TransactWrite, account: Account) -> None:
    """Let a transaction fail unless the account still has this suspension, these limits and these settings."""
    same = _has_limits(account.limits) & _has_settings(account.settings)
    if account.suspended_at is None:
        same &= AccountItem.suspended_at.does_not_exist()
    else:
        same &= AccountItem.suspended_at.exists()
    transaction.condition_check(AccountItem, account.account_id, condition=same)


def _has_limits(limits: AccountLimits) -> Condition:
    given = limits.given()
    return AccountItem.limits == given if given else AccountItem.limits.does_not_exist()


def _has_settings(settings: AccountSettings) -> Condition:
    chosen = settings.chosen()
    return AccountItem.settings == chosen if chosen else AccountItem.settings.does_not_exist()


def _get(account_id: str, *, consistent: bool) -> Account | None:
    try:
        return _account(AccountItem.get(account_id, consistent_read=consistent))
    except AccountItem.DoesNotExist:
        return None


def _update(account_id: str, actions: list[Action], condition: Condition | None = None) -> Account:
    there: Condition = AccountItem.account_id.exists()
    item = AccountItem(account_id)
    try:
        item.update(actions, condition=there if condition is None else there & condition)
    except UpdateError as error:
        if error.cause_response_code == "ConditionalCheckFailedException":
            raise AccountNotFoundError(account_id) from error
        raise
    return _account(item)


def _account(item: AccountItem) -> Account:
    return Account(
        account_id=item.account_id,
        name=item.name,
        owner_email=item.owner_email,
        created_at=item.created_at,
        suspended_at=item.suspended_at,
        limits=AccountLimits(**(item.limits or {})),
        settings=AccountSettings(**(item.settings or {})),
        closing_at=item.closing_at,
    )
