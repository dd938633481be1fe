"""The accounts table: one item an account."""

from __future__ import annotations

from pynamodb.attributes import UnicodeAttribute

from letterhead.accounts.account import Account
from letterhead.adapters.tables.attributes import Moment
from letterhead.adapters.tables.connection import TableModel


class AccountItem(TableModel):
    """An account as an item."""

    class Meta:
        table_name = ""

    account_id = UnicodeAttribute(hash_key=True)
    name = UnicodeAttribute()
    owner_email = UnicodeAttribute()
    created_at = Moment()
    suspended_at = Moment(null=True)


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
            created_at=account.created_at,
            suspended_at=account.suspended_at,
        ).save(AccountItem.account_id.does_not_exist())

    def by_id(self, account_id: str) -> Account | None:
        """The account of that id, or None."""
        try:
            item = AccountItem.get(account_id)
        except AccountItem.DoesNotExist:
            return None
        return Account(item.account_id, item.name, item.owner_email, item.created_at, item.suspended_at)
