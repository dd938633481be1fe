"""API Gateway's event (HTTP API, payload format 2.0), read once."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

if TYPE_CHECKING:
    from collections.abc import Mapping


_JSON = "application/json"


class HttpEvent:
    """What a request said, before anybody knows whose it is."""

    def __init__(self, event: Mapping[str, Any]) -> None:
        http = event["requestContext"]["http"]
        self.request_id: str = event["requestContext"]["requestId"]
        self.method: str = http["method"]
        self.path: str = event["rawPath"]
        self.route_key: str = event["routeKey"]
        # API Gateway hands parameters over decoded; no id or address suffers from decoding what needs none.
        self.parameters = {
            name: unquote(value) for name, value in (event.get("pathParameters") or {}).items()
        }
        self.source_address: str = http.get("sourceIp", "")
        self.headers: dict[str, str] = {
            name.lower(): value for name, value in (event.get("headers") or {}).items()
        }
        query = event.get("rawQueryString")
        self.query = tuple(parse_qsl(query, keep_blank_values=True)) if query else ()
        self.body = _body(event)

    @property
    def authorization(self) -> str | None:
        """The Authorization header; two of them come joined by a comma and are no token."""
        return self.headers.get("authorization")

    @property
    def base_url(self) -> str:
        """Scheme and host under which the caller found us."""
        return f"{self.headers.get('x-forwarded-proto', 'https')}://{self.headers.get('host', '')}"

    def has_body_of(self, media_type: str) -> bool:
        """Whether the body says that it is of this type; JSON may go without saying and has types of its own (RFC 6839)."""
        said = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != _JSON:
            return said == media_type
        return said in ("", _JSON) or (said.startswith("application/") and said.endswith("+json"))


def _body(event: Mapping[str, Any]) -> bytes:
    body: str | None = event.get("body")
    if not body:
        return b""
    if not event.get("isBase64Encoded"):
        return body.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except ValueError:
        return b""
