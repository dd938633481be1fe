"""The access log, which no service documents a call for: the same calls in each service's envelope (seed: "API logs")."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from letterhead import identifiers
from letterhead.access_log.reading import CallPage, CallQuery
from letterhead.dialects.page_sizes import size_within
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.reply import Reply
from letterhead.dialects.times import in_microseconds, in_seconds
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.secret import is_preview

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from letterhead.access_log.call import LoggedCall

DEFAULT_SIZE = 25
LARGEST_SIZE = 100
METHODS = ("GET", "POST", "PUT", "DELETE")
FILTERS = ("endpoint", "method", "code", "token", "domain")
_CODE = re.compile("[1-5][0-9]{2}")


def read_query(query: Mapping[str, str]) -> CallQuery:
    """The calls that a query asks for; raises `InvalidFieldsError`.

    `token` is an id in any service's form or a preview, `domain` an id in any service's form; an empty value is as good as none.
    """
    given = {name: value for name, value in query.items() if value}
    wrong: dict[str, tuple[str, ...]] = {}
    size = size_within(given, wrong, default=DEFAULT_SIZE, most=LARGEST_SIZE)
    if not identifiers.is_id(given.get("cursor", identifiers.FIRST)):
        wrong["cursor"] = ("The selected cursor is invalid.",)
    method = given.get("method", METHODS[0]).upper()
    if method not in METHODS:
        wrong["method"] = (f"The method must be one of {', '.join(METHODS)}.",)
    if _CODE.fullmatch(given.get("code", "200")) is None:
        wrong["code"] = ("The code must be an HTTP status.",)
    token = _token(given.get("token"), wrong)
    domain_id = _domain(given.get("domain"), wrong)
    if wrong:
        raise InvalidFieldsError(wrong)
    return CallQuery(
        size=size,
        after=given.get("cursor"),
        route=given.get("endpoint"),
        method=method if "method" in given else None,
        status=int(given["code"]) if "code" in given else None,
        token=token,
        domain_id=domain_id,
    )


def _token(text: str | None, wrong: dict[str, tuple[str, ...]]) -> str | None:
    if text is None or is_preview(text):
        return text
    found = identifiers.from_any(identifiers.KEY_PREFIX, text)
    if found is None:
        wrong["token"] = ("The token must be a token's id or its preview.",)
    return found


def _domain(text: str | None, wrong: dict[str, tuple[str, ...]]) -> str | None:
    found = None if text is None else identifiers.from_any(identifiers.DOMAIN_PREFIX, text)
    if text is not None and found is None:
        wrong["domain"] = ("The domain must be a domain's id.",)
    return found


def listed(page: CallPage, query: Mapping[str, str], base_url: str, dialect: Dialect) -> Reply:
    """A page of calls; `query` is the one that asked for it, whose filters the next page keeps."""
    match dialect:
        case Dialect.MAILERSEND:
            return _as_pages(page, query, f"{base_url}/v1/logs")
        case Dialect.SENDARA:
            key_id = partial(identifiers.to_prefixed, identifiers.KEY_PREFIX)
            domain_id = partial(identifiers.to_prefixed, identifiers.DOMAIN_PREFIX)
            logs = [_call_object(call, in_seconds, key_id, domain_id) for call in page.calls]
            return Reply(200, {"logs": logs, "next_cursor": page.following})
        case Dialect.SENDMAILOS:
            uuid = identifiers.to_uuid
            logs = [_call_object(call, in_seconds, uuid, uuid) for call in page.calls]
            return Reply(200, {"success": True, "logs": logs, "next_cursor": page.following})


def _as_pages(page: CallPage, query: Mapping[str, str], url: str) -> Reply:
    size = query.get("limit") or str(DEFAULT_SIZE)
    kept = {name: query[name] for name in FILTERS if query.get(name)}
    following = None
    if page.following is not None:
        following = f"{url}?{urlencode({**kept, 'limit': size, 'cursor': page.following})}"
    return Reply(
        200,
        {
            "data": [_call_object(call, in_microseconds, str, str) for call in page.calls],
            "links": {"first": None, "last": None, "prev": None, "next": following},
            "meta": {
                "path": url,
                "per_page": int(size),
                "next_cursor": page.following,
                "prev_cursor": None,
            },
        },
    )


def _call_object(
    call: LoggedCall,
    write: Callable[[datetime], str],
    token_id: Callable[[str], str],
    domain_id: Callable[[str], str],
) -> dict[str, object]:
    return {
        "id": call.call_id,
        "created_at": write(identifiers.made_at(call.call_id)),
        "request_id": call.request_id,
        "method": call.method,
        "endpoint": call.route,
        "code": call.status,
        "duration_ms": call.milliseconds,
        "token": {"id": token_id(call.token_id), "preview": call.token_preview},
        "service": call.dialect.value,
        "domain_id": None if call.domain_id is None else domain_id(call.domain_id),
        "ip_address": call.source_address,
        "user_agent": call.user_agent,
    }
