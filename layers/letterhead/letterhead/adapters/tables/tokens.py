"""The tokens table: one item a secret under its hash, with all that authentication has to know.

Of a token that is being rotated there are two. The entries by which accounts manage their tokens are in a table of their own
(`account_tokens`), and every change goes through there.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    ListAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)
from pynamodb.exceptions import UpdateError

from letterhead.accounts.limits import AccountLimits
from letterhead.accounts.settings import AccountSettings
from letterhead.adapters.tables.attributes import Day, Moment
from letterhead.adapters.tables.connection import TableModel
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.token import ApiToken

_REMEMBERED = timedelta(days=1)


class TokenItem(TableModel):
    """A secret as an item; its text is nowhere. `forget_at` (Unix seconds) is when DynamoDB may drop a replaced one."""

    class Meta:
        table_name = ""

    token_hash = UnicodeAttribute(hash_key=True)
    token_id = UnicodeAttribute()
    account_id = UnicodeAttribute()
    dialect = UnicodeAttribute()
    name = UnicodeAttribute()
    scopes = UnicodeSetAttribute()
    preview = UnicodeAttribute()
    test_mode = BooleanAttribute()
    account_suspended = BooleanAttribute()
    created_at = Moment()
    expires_at = Moment(null=True)
    domain_id = UnicodeAttribute(null=True)
    identity_id = UnicodeAttribute(null=True)
    allowed_networks: ListAttribute[str] = ListAttribute(null=True)
    paused = BooleanAttribute(null=True)
    replaced = BooleanAttribute(null=True)
    last_used = Day(null=True)
    limits = JSONAttribute(null=True)
    settings = JSONAttribute(null=True)
    forget_at = NumberAttribute(null=True)


class TokenTable:
    """Where the secrets of tokens are found."""

    def __init__(self, table_name: str) -> None:
        TokenItem.bind(table_name)

    def by_hash(self, token_hash: str) -> ApiToken | None:
        """The token of that hash as it is now (strongly consistent, so that a revoked one is dead at once), or None."""
        try:
            item = TokenItem.get(token_hash, consistent_read=True)
        except TokenItem.DoesNotExist:
            return None
        return ApiToken(
            token_id=item.token_id,
            token_hash=item.token_hash,
            account_id=item.account_id,
            dialect=Dialect(item.dialect),
            name=item.name,
            scopes=frozenset(item.scopes),
            preview=item.preview,
            test_mode=item.test_mode,
            account_suspended=item.account_suspended,
            created_at=item.created_at,
            expires_at=item.expires_at,
            domain_id=item.domain_id,
            identity_id=item.identity_id,
            allowed_networks=tuple(item.allowed_networks or ()),
            paused=bool(item.paused),
            replaced=bool(item.replaced),
            last_used=item.last_used,
            limits=AccountLimits(**(item.limits or {})),
            settings=AccountSettings(**(item.settings or {})),
        )

    def note_use(self, token_hash: str, day: date) -> None:
        """Keep the day on which a token was accepted, unless it is gone or that day is kept already."""
        unknown = TokenItem.last_used.does_not_exist() | (TokenItem.last_used < day)
        try:
            TokenItem(token_hash).update(
                [TokenItem.last_used.set(day)], condition=TokenItem.token_hash.exists() & unknown
            )
        except UpdateError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise


def token_item(token: ApiToken) -> TokenItem:
    """The item of a secret."""
    return TokenItem(
        token_hash=token.token_hash,
        token_id=token.token_id,
        account_id=token.account_id,
        dialect=token.dialect.value,
        name=token.name,
        scopes=set(token.scopes),
        preview=token.preview,
        test_mode=token.test_mode,
        account_suspended=token.account_suspended,
        created_at=token.created_at,
        expires_at=token.expires_at,
        domain_id=token.domain_id,
        identity_id=token.identity_id,
        allowed_networks=list(token.allowed_networks) or None,
        paused=token.paused or None,
        replaced=token.replaced or None,
        last_used=token.last_used,
        limits=token.limits.given() or None,
        settings=token.settings.chosen() or None,
    )


def forgotten_after(expires_at: datetime) -> int:
    """When an item that is good for nothing any more may be dropped, in Unix seconds."""
    return int((expires_at + _REMEMBERED).timestamp())
