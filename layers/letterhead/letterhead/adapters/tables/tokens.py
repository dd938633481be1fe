"""The tokens table: one item a token, under its hash."""

from __future__ import annotations

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute, UnicodeSetAttribute

from letterhead.adapters.tables.attributes import Moment
from letterhead.adapters.tables.connection import TableModel
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.token import ApiToken


class TokenItem(TableModel):
    """A token as an item; its text is nowhere."""

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


class TokenTable:
    """Where tokens are kept."""

    def __init__(self, table_name: str) -> None:
        TokenItem.bind(table_name)

    def add(self, token: ApiToken) -> None:
        """Store a new token."""
        TokenItem(
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
        ).save(TokenItem.token_hash.does_not_exist())

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
        )
