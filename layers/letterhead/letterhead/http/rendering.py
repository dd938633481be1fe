"""From a reply to API Gateway's answer (HTTP API, payload format 2.0)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from letterhead.dialects.reply import Reply


def text_of(body: object) -> str:
    """A body as text: text as it is, nothing for None, JSON for the rest."""
    if body is None or isinstance(body, str):
        return body or ""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def gateway_answer(reply: Reply, request_id: str) -> dict[str, Any]:
    """What a function hands to API Gateway."""
    return {
        "statusCode": reply.status,
        "headers": {
            "content-type": reply.content_type,
            "x-request-id": request_id,
            "cache-control": "no-store",
            **reply.headers,
        },
        "body": text_of(reply.body),
        "isBase64Encoded": False,
    }
