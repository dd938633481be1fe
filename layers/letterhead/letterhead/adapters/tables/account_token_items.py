"""The items of the account tokens table, and what they say.

One kind is a token's entry, under `<dialect>#<token id>`; the other, under `#count#<dialect>`, says how many there are. The local
indexes hold the restricted tokens alone.
"""

from __future__ import annotations

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    ListAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)
from pynamodb.indexes import AllProjection, LocalSecondaryIndex

from letterhead.accounts.limits import AccountLimits
from letterhead.accounts.settings import AccountSettings
from letterhead.adapters.tables.attributes import Moment
from letterhead.adapters.tables.connection import TableModel
from letterhead.adapters.tables.tokens import TokenItem, token_item
from letterhead.tokens.account_token import AccountToken, ReplacedSecret
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.grant import Grant
from letterhead.tokens.token import ApiToken


class _ByDomain(LocalSecondaryIndex["AccountTokenItem"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "by_domain"
        projection = AllProjection()

    account_id = UnicodeAttribute(hash_key=True)
    domain_key = UnicodeAttribute(range_key=True)


class _ByIdentity(LocalSecondaryIndex["AccountTokenItem"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "by_identity"
        projection = AllProjection()

    account_id = UnicodeAttribute(hash_key=True)
    identity_key = UnicodeAttribute(range_key=True)


class AccountTokenItem(TableModel):
    """A token as an item, or a count, which has `number` only.

    `domain_key` and `identity_key` are the restriction's id, `#` and the token's id.
    """

    class Meta:
        table_name = ""

    account_id = UnicodeAttribute(hash_key=True)
    token_key = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute()
    scopes = UnicodeSetAttribute()
    test_mode = BooleanAttribute()
    created_at = Moment()
    expires_at = Moment(null=True)
    domain_key = UnicodeAttribute(null=True)
    domain_name = UnicodeAttribute(null=True)
    identity_key = UnicodeAttribute(null=True)
    allowed_networks: ListAttribute[str] = ListAttribute(null=True)
    paused = BooleanAttribute()
    account_suspended = BooleanAttribute()
    limits = JSONAttribute(null=True)
    settings = JSONAttribute(null=True)
    token_hash = UnicodeAttribute()
    preview = UnicodeAttribute()
    replaced_hash = UnicodeAttribute(null=True)
    replaced_preview = UnicodeAttribute(null=True)
    replaced_until = Moment(null=True)
    revision = NumberAttribute()
    number = NumberAttribute(null=True)

    by_domain = _ByDomain()
    by_identity = _ByIdentity()


COUNT = "#count#"
FIRST_KEY = "a"  # behind every count


def count_item(token: AccountToken) -> AccountTokenItem:
    """The count that a token is in, by its key."""
    return AccountTokenItem(account_id=token.account_id, token_key=COUNT + token.dialect.value)


def key_item(token: AccountToken) -> AccountTokenItem:
    """A token's entry, by its key."""
    return AccountTokenItem(account_id=token.account_id, token_key=token_key(token.dialect, token.token_id))


def token_key(dialect: Dialect, token_id: str) -> str:
    """The sort key of an entry."""
    return f"{dialect.value}#{token_id}"


def entry_item(token: AccountToken) -> AccountTokenItem:
    """A token's entry, whole."""
    grant, replaced = token.grant, token.replaced
    return AccountTokenItem(
        account_id=token.account_id,
        token_key=token_key(token.dialect, token.token_id),
        name=token.name,
        scopes=set(grant.scopes),
        test_mode=grant.test_mode,
        created_at=token.created_at,
        expires_at=grant.expires_at,
        domain_key=grant.domain_id and f"{grant.domain_id}#{token.token_id}",
        domain_name=token.domain_name,
        identity_key=grant.identity_id and f"{grant.identity_id}#{token.token_id}",
        allowed_networks=list(grant.allowed_networks) or None,
        paused=token.paused,
        account_suspended=token.account_suspended,
        limits=token.limits.given() or None,
        settings=token.settings.chosen() or None,
        token_hash=token.token_hash,
        preview=token.preview,
        replaced_hash=replaced and replaced.token_hash,
        replaced_preview=replaced and replaced.preview,
        replaced_until=replaced and replaced.expires_at,
        revision=token.revision,
    )


def token_of(item: AccountTokenItem) -> AccountToken:
    """The token that an entry tells of."""
    dialect, _, token_id = item.token_key.partition("#")
    return AccountToken(
        account_id=item.account_id,
        token_id=token_id,
        dialect=Dialect(dialect),
        name=item.name,
        grant=Grant(
            scopes=frozenset(item.scopes),
            test_mode=item.test_mode,
            expires_at=item.expires_at,
            domain_id=item.domain_key and item.domain_key.partition("#")[0],
            identity_id=item.identity_key and item.identity_key.partition("#")[0],
            allowed_networks=tuple(item.allowed_networks or ()),
        ),
        token_hash=item.token_hash,
        preview=item.preview,
        created_at=item.created_at,
        paused=item.paused,
        account_suspended=item.account_suspended,
        limits=AccountLimits(**(item.limits or {})),
        settings=AccountSettings(**(item.settings or {})),
        replaced=_replaced(item),
        domain_name=item.domain_name,
        revision=int(item.revision),
    )


def _replaced(item: AccountTokenItem) -> ReplacedSecret | None:
    if not item.replaced_hash:
        return None
    return ReplacedSecret(item.replaced_hash, item.replaced_preview, item.replaced_until)


def secret_item(token: AccountToken) -> TokenItem:
    """The item of the token's current secret."""
    grant = token.grant
    return token_item(
        ApiToken(
            token_id=token.token_id,
            token_hash=token.token_hash,
            account_id=token.account_id,
            dialect=token.dialect,
            name=token.name,
            scopes=grant.scopes,
            preview=token.preview,
            test_mode=grant.test_mode,
            created_at=token.created_at,
            expires_at=grant.expires_at,
            account_suspended=token.account_suspended,
            domain_id=grant.domain_id,
            identity_id=grant.identity_id,
            allowed_networks=grant.allowed_networks,
            paused=token.paused,
            last_used=token.last_used,
            limits=token.limits,
            settings=token.settings,
        )
    )
