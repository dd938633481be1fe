"""MailerSend's API tokens: requests into concepts, concepts into answers (contracts A.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.dialects.fields import Fields
from letterhead.dialects.mailersend.pages import PageAddress, page_body, read_page
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.reply import Reply
from letterhead.dialects.times import in_microseconds
from letterhead.dialects.token_fields import read_extras
from letterhead.tokens.account_token import AccountToken, TokenNotFoundError
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.issuing import NO_SUCH_DOMAIN, CreatedToken, NewToken
from letterhead.tokens.management import TokenChange, TokenPage, TokenPageRequest
from letterhead.tokens.scopes import SCOPES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

LONGEST_NAME = 50
_SCOPES = SCOPES[Dialect.MAILERSEND]
_MOST_SCOPES = 100
_STATUSES = {"pause": True, "unpause": False}


def read_creation(body: Mapping[str, object]) -> NewToken:
    """The token that `POST /v1/token` asks for; raises `InvalidFieldsError` with every field that is wrong."""
    fields = Fields(body)
    name = fields.text("name", required=True, longest=LONGEST_NAME)
    if body.get("scopes") is None:
        fields.wrong("scopes", "The scopes field is required.")
    scopes = _read_scopes(fields)
    extras = read_extras(fields)
    fields.finish()
    return NewToken(
        name=name or "",
        scopes=scopes or frozenset(),
        expires_at=extras.expires_at,
        domain_id=extras.domain_id,
        identity_id=extras.identity_id,
        allowed_networks=extras.allowed_networks,
    )


def read_change(body: Mapping[str, object]) -> TokenChange:
    """What `PUT /v1/token/{id}` asks for: a name, a status, or additively scopes; raises `InvalidFieldsError`.

    The official Node client pauses by this call, with a status alone. The guide lets permissions grow and shrink later (seed).
    """
    fields = Fields(body)
    needed = body.get("status") is None and body.get("scopes") is None
    name = fields.text("name", required=needed, longest=LONGEST_NAME)
    paused = _read_status(fields, required=False)
    scopes = _read_scopes(fields)
    fields.finish()
    return TokenChange(name=name, paused=paused, scopes=scopes)


def read_pause(body: Mapping[str, object]) -> TokenChange:
    """What `PUT /v1/token/{id}/settings` asks for: to pause or to go on; raises `InvalidFieldsError`."""
    fields = Fields(body)
    paused = _read_status(fields, required=True)
    fields.finish()
    return TokenChange(paused=paused)


def _read_status(fields: Fields, *, required: bool) -> bool | None:
    status = fields.text("status", required=required)
    if status is not None and status not in _STATUSES:
        fields.wrong("status", "The selected status is invalid.")
    return _STATUSES.get(status or "")


def _read_scopes(fields: Fields) -> frozenset[str] | None:
    scopes = fields.texts("scopes", most=_MOST_SCOPES)
    if scopes == ():
        fields.wrong("scopes", "The scopes field is required.")
    for position, scope in enumerate(scopes or ()):
        if scope not in _SCOPES:
            fields.wrong(f"scopes.{position}", f"The selected scopes.{position} is invalid.")
    return None if scopes is None else frozenset(scopes)


def read_list(query: Sequence[tuple[str, str]]) -> TokenPageRequest:
    """The page that `GET /v1/token` asks for; raises `InvalidFieldsError`."""
    given, wrong = dict(query), dict[str, tuple[str, ...]]()
    page = read_page(given, wrong)
    domain_id = given.get("domain_id") or None
    if domain_id is not None:
        domain_id = identifiers.from_any(identifiers.DOMAIN_PREFIX, domain_id)
        if domain_id is None:
            wrong["domain_id"] = (NO_SUCH_DOMAIN,)
    if wrong:
        raise InvalidFieldsError(wrong)
    return TokenPageRequest(page.number, page.size, page.after, domain_id)


def read_id(text: str) -> str:
    """The id in a path; raises `TokenNotFoundError` for what can't be one."""
    if not identifiers.is_id(text):
        raise TokenNotFoundError
    return text


def created(made: CreatedToken, now: datetime) -> Reply:
    """The answer to a creation: the one time that the secret is shown. 200, as MailerSend has it, not 201."""
    return Reply(
        200,
        {"data": {**token_object(made.token, now), "accessToken": made.text}},
        secrets=("/data/accessToken",),
    )


def rotated(made: CreatedToken, now: datetime) -> Reply:
    """The answer to a rotation: the one time that the new secret is shown."""
    return created(made, now)


def shown(token: AccountToken, now: datetime) -> Reply:
    """The answer to a read, a new name or a new status."""
    return Reply(200, {"data": token_object(token, now)})


def deleted() -> Reply:
    """The answer to a deletion."""
    return Reply(200)


def listed(page: TokenPage, base_url: str, now: datetime) -> Reply:
    """The answer to a list."""
    kept = {} if page.request.domain_id is None else {"domain_id": page.request.domain_id}
    body = page_body(
        [token_object(token, now) for token in page.tokens],
        number=page.request.number,
        size=page.request.size or max(1, page.total),
        total=page.total,
        last_id=page.tokens[-1].token_id if page.tokens else None,
        address=PageAddress(f"{base_url}/v1/token", kept),
    )
    return Reply(200, body)


def token_object(token: AccountToken, now: datetime) -> dict[str, object]:
    """MailerSend's token object, and after its keys those that are ours."""
    grant, replaced = token.grant, token.overlapping(now)
    domain = None if grant.domain_id is None else {"id": grant.domain_id, "name": token.domain_name}
    return {
        "id": token.token_id,
        "name": token.name,
        "status": "pause" if token.paused else "unpause",
        "created_at": in_microseconds(token.created_at),
        "scopes": sorted(grant.scopes),
        "has_full": grant.scopes >= _SCOPES,
        "domain": domain,
        "preview": token.preview,
        "expires_at": None if grant.expires_at is None else in_microseconds(grant.expires_at),
        "identity_id": grant.identity_id,
        "allowed_networks": list(grant.allowed_networks),
        "last_used": None if token.last_used is None else token.last_used.isoformat(),
        "replaced": replaced
        and {"preview": replaced.preview, "expires_at": in_microseconds(replaced.expires_at)},
    }
