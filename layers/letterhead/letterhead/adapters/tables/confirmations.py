"""The confirmations table: one item a link, under the hash of its token.

DynamoDB drops an item some time after `forget_at`, long after the link has expired, so that an expired link still gets the
page that says so.
"""

from __future__ import annotations

from datetime import timedelta

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError

from letterhead.adapters.tables.attributes import Instant
from letterhead.adapters.tables.connection import TableModel
from letterhead.identities.links import ConfirmationLink

REMEMBERED = timedelta(days=90)


class ConfirmationItem(TableModel):
    """A link as an item. `forget_at` is in Unix seconds (DynamoDB developer guide, Time to Live)."""

    class Meta:
        table_name = ""

    token_hash = UnicodeAttribute(hash_key=True)
    account_id = UnicodeAttribute()
    identity_id = UnicodeAttribute()
    generation = NumberAttribute()
    expires_at = Instant()
    forget_at = NumberAttribute()


class ConfirmationTable:
    """Where confirmation links are kept."""

    def __init__(self, table_name: str) -> None:
        ConfirmationItem.bind(table_name)

    def keep(self, link: ConfirmationLink) -> ConfirmationLink:
        """Store a link; one of that hash that is there already stays as it is and is the answer."""
        item = ConfirmationItem(
            token_hash=link.token_hash,
            account_id=link.account_id,
            identity_id=link.identity_id,
            generation=link.generation,
            expires_at=link.expires_at,
            forget_at=int((link.expires_at + REMEMBERED).timestamp()),
        )
        try:
            item.save(ConfirmationItem.token_hash.does_not_exist())
        except PutError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise
            return self.by_hash(link.token_hash) or link
        return link

    def by_hash(self, token_hash: str) -> ConfirmationLink | None:
        """The link of that hash (strongly consistent, for the mail may be quicker than a replica), or None."""
        try:
            item = ConfirmationItem.get(token_hash, consistent_read=True)
        except ConfirmationItem.DoesNotExist:
            return None
        return ConfirmationLink(
            token_hash=item.token_hash,
            account_id=item.account_id,
            identity_id=item.identity_id,
            generation=int(item.generation),
            expires_at=item.expires_at,
        )
