"""Sendara's API keys: requests into concepts, concepts into answers (contracts B.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.dialects.fields import Fields
from letterhead.dialects.reply import Reply
from letterhead.dialects.times import in_seconds, or_null
from letterhead.dialects.token_fields import read_extras
from letterhead.tokens.account_token import AccountToken, TokenNotFoundError
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.issuing import CreatedToken, NewToken
from letterhead.tokens.management import TokenPage, TokenPageRequest
from letterhead.tokens.scopes import SCOPES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

LONGEST_NAME = 50
_DEFAULT_SCOPE = "send"
# A key has one scope; the account's first one has all three, which its widest stands for.
_WIDEST_FIRST = ("admin", "send", "read")


def read_creation(body: Mapping[str, object]) -> NewToken:
    """The key that `POST /v1/keys` asks for; raises `InvalidFieldsError` with every field that is wrong.

    The official client may leave the scope out; `send` is what most keys are for. `name` is ours.
    """
    fields = Fields(body)
    scope = fields.text("scope") or _DEFAULT_SCOPE
    if scope not in SCOPES[Dialect.SENDARA]:
        fields.wrong("scope", "The scope must be send, read or admin.")
    name = fields.text("name", longest=LONGEST_NAME)
    test_mode = fields.flag("test_mode")
    extras = read_extras(fields)
    fields.finish()
    return NewToken(
        name=name or "",
        scopes=frozenset({scope}),
        test_mode=test_mode,
        expires_at=extras.expires_at,
        domain_id=extras.domain_id,
        identity_id=extras.identity_id,
        allowed_networks=extras.allowed_networks,
    )


def read_list(_: Sequence[tuple[str, str]]) -> TokenPageRequest:
    """All keys at once: Sendara's list has no pages."""
    return TokenPageRequest()


def read_id(text: str) -> str:
    """The id in a path, `key_…`; raises `TokenNotFoundError` for what can't be one."""
    token_id = identifiers.from_prefixed(identifiers.KEY_PREFIX, text)
    if token_id is None:
        raise TokenNotFoundError
    return token_id


def created(made: CreatedToken, now: datetime) -> Reply:
    """The answer to a creation: the one time that the secret is shown."""
    return Reply(201, {**key_object(made.token, now), "key": made.text}, secrets=("/key",))


def rotated(made: CreatedToken, now: datetime) -> Reply:
    """The answer to a rotation: the one time that the new secret is shown."""
    return Reply(200, {**key_object(made.token, now), "key": made.text}, secrets=("/key",))


def deleted() -> Reply:
    """The answer to a deletion."""
    return Reply(204)


def listed(page: TokenPage, _: str, now: datetime) -> Reply:
    """The answer to a list."""
    return Reply(200, {"keys": [key_object(token, now) for token in page.tokens]})


def key_object(token: AccountToken, now: datetime) -> dict[str, object]:
    """Sendara's key object, and after its keys those that are ours."""
    grant, replaced = token.grant, token.overlapping(now)
    domain_id, identity_id = grant.domain_id, grant.identity_id
    return {
        "id": identifiers.to_prefixed(identifiers.KEY_PREFIX, token.token_id),
        "key_prefix": token.preview.partition("…")[0],
        "scope": next(scope for scope in _WIDEST_FIRST if scope in grant.scopes),
        "test_mode": grant.test_mode,
        "created_at": in_seconds(token.created_at),
        "name": token.name,
        "preview": token.preview,
        "expires_at": or_null(grant.expires_at),
        "domain_id": domain_id and identifiers.to_prefixed(identifiers.DOMAIN_PREFIX, domain_id),
        "identity_id": identity_id and identifiers.to_prefixed(identifiers.IDENTITY_PREFIX, identity_id),
        "allowed_networks": list(grant.allowed_networks),
        "last_used": None if token.last_used is None else token.last_used.isoformat(),
        "replaced": replaced and {"preview": replaced.preview, "expires_at": in_seconds(replaced.expires_at)},
    }
