"""From a reply to API Gateway's answer (HTTP API, payload format 2.0)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from letterhead.dialects.reply import Reply
    from letterhead.http.event import HttpEvent

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def text_of(body: object) -> str:
    """A body as text: text as it is, nothing for None, JSON for the rest."""
    if body is None or isinstance(body, str):
        return body or ""
    return _encode(body)


def gateway_answer(reply: Reply, http: HttpEvent, limits: Mapping[str, str]) -> dict[str, Any]:
    """What a function hands to API Gateway: the reply, with what the caller is told about its limits."""
    return {
        "statusCode": reply.status,
        "headers": {
            "content-type": reply.content_type,
            "x-request-id": http.request_id,
            "cache-control": "no-store",
            **reply.headers,
            **limits,
        },
        "body": "" if http.method == "HEAD" else text_of(reply.body),
        "isBase64Encoded": False,
    }
