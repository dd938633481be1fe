"""SendMailOS's API keys: requests into concepts, concepts into answers (contracts C.1; what the documents leave open is ours)."""

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

LONGEST_NAME = 100
_SCOPES = SCOPES[Dialect.SENDMAILOS]
_MOST_SCOPES = 100


def read_creation(body: Mapping[str, object]) -> NewToken:
    """The key that `POST /api/v1/api-keys` asks for; raises `InvalidFieldsError` with every field that is wrong.

    An account has one workspace: `workspace_id` is taken and says nothing. `test_mode` is ours; such keys start `sk_test_`.
    """
    fields = Fields(body)
    name = fields.text("name", required=True, longest=LONGEST_NAME)
    scopes = fields.texts("scopes", most=_MOST_SCOPES)
    if not scopes and body.get("scopes") in (None, []):
        fields.wrong("scopes", "The scopes field is required.")
    for position, scope in enumerate(scopes or ()):
        if scope not in _SCOPES:
            fields.wrong(f"scopes.{position}", f"The scope must be one of {', '.join(sorted(_SCOPES))}.")
    test_mode = fields.flag("test_mode")
    extras = read_extras(fields)
    fields.finish()
    return NewToken(
        name=name or "",
        scopes=frozenset(scopes or ()),
        test_mode=test_mode,
        expires_at=extras.expires_at,
        domain_id=extras.domain_id,
        identity_id=extras.identity_id,
        allowed_networks=extras.allowed_networks,
    )


def read_list(_: Sequence[tuple[str, str]]) -> TokenPageRequest:
    """All keys at once: SendMailOS's lists have no pages."""
    return TokenPageRequest()


def read_id(text: str) -> str:
    """The id in a path, a UUID; raises `TokenNotFoundError` for what can't be one."""
    token_id = identifiers.from_uuid(text)
    if token_id is None:
        raise TokenNotFoundError
    return token_id


def created(made: CreatedToken, now: datetime) -> Reply:
    """The answer to a creation: the one time that the secret is shown."""
    return Reply(
        201,
        {"success": True, "api_key": {**key_object(made.token, now), "key": made.text}},
        secrets=("/api_key/key",),
    )


def rotated(made: CreatedToken, now: datetime) -> Reply:
    """The answer to a rotation: the one time that the new secret is shown."""
    return Reply(
        200,
        {"success": True, "api_key": {**key_object(made.token, now), "key": made.text}},
        secrets=("/api_key/key",),
    )


def shown(token: AccountToken, now: datetime) -> Reply:
    """The answer to a read."""
    return Reply(200, {"success": True, "api_key": key_object(token, now)})


def deleted() -> Reply:
    """The answer to a deletion."""
    return Reply(200, {"success": True})


def listed(page: TokenPage, _: str, now: datetime) -> Reply:
    """The answer to a list."""
    return Reply(200, {"success": True, "api_keys": [key_object(token, now) for token in page.tokens]})


def key_object(token: AccountToken, now: datetime) -> dict[str, object]:
    """A key as SendMailOS's answers show things."""
    grant, replaced = token.grant, token.overlapping(now)
    return {
        "id": identifiers.to_uuid(token.token_id),
        "name": token.name,
        "scopes": sorted(grant.scopes),
        "test_mode": grant.test_mode,
        "preview": token.preview,
        "created_at": in_seconds(token.created_at),
        "expires_at": or_null(grant.expires_at),
        "domain_id": grant.domain_id and identifiers.to_uuid(grant.domain_id),
        "identity_id": grant.identity_id and identifiers.to_uuid(grant.identity_id),
        "allowed_networks": list(grant.allowed_networks),
        "last_used": None if token.last_used is None else token.last_used.isoformat(),
        "replaced": replaced and {"preview": replaced.preview, "expires_at": in_seconds(replaced.expires_at)},
    }
