"""API Gateway as a function sees it: the payload of `events/http_api_request.json`, with what a test changes in it."""

from __future__ import annotations

import base64
import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from letterhead.http.routes import ROUTES

_EXAMPLE_TEXT = (Path(__file__).parents[2] / "events" / "http_api_request.json").read_text(encoding="utf-8")
EXAMPLE = json.loads(_EXAMPLE_TEXT)
_BY_LENGTH: dict[tuple[str, int], list[tuple[str, list[str]]]] = defaultdict(list)
for _route in sorted(ROUTES, key=lambda route: route.path.count("{")):
    _parts = _route.path.split("/")
    _BY_LENGTH[_route.method, len(_parts)].append((_route.path, _parts))
REQUEST_ID: str = EXAMPLE["requestContext"]["requestId"]


def api_event(
    method: str,
    path: str,
    *,
    authorization: str | None = None,
    body: str | bytes | None = None,
    headers: Mapping[str, str] | None = None,
    query: str = "",
    source: str | None = None,
) -> dict[str, Any]:
    """The event of one request. The path is the raw one; `body` as bytes comes base64-encoded, as binary bodies do."""
    event: dict[str, Any] = json.loads(_EXAMPLE_TEXT)
    http = event["requestContext"]["http"]
    http["method"], http["path"] = method, path
    event["rawPath"], event["rawQueryString"] = path, query
    event["routeKey"], event["pathParameters"] = matched(method, path)
    event["requestContext"]["routeKey"] = event["routeKey"]
    del event["headers"]["authorization"], event["body"]
    if authorization is not None:
        event["headers"]["authorization"] = authorization
    if isinstance(body, bytes):
        event["body"], event["isBase64Encoded"] = base64.b64encode(body).decode("ascii"), True
    elif body is not None:
        event["body"] = body
    event["headers"].update(headers or {})
    if source is not None:
        http["sourceIp"] = source
    return event


def matched(method: str, path: str) -> tuple[str, dict[str, str]]:
    """The route key that API Gateway finds for a path, and the path's parameters, decoded.

    A whole path goes before one with a parameter, a parameter takes one segment that isn't empty, and `$default` takes the rest
    (API Gateway developer guide, "Routing API requests").
    """
    segments = [unquote(segment) for segment in path.split("/")]
    for whole, parts in _BY_LENGTH.get((method, len(segments)), ()):
        pairs = list(zip(parts, segments, strict=True))
        if all(part == segment or (part.startswith("{") and segment) for part, segment in pairs):
            return f"{method} {whole}", {
                part.strip("{}"): segment for part, segment in pairs if part.startswith("{")
            }
    return "$default", {}


@dataclass(frozen=True)
class Answer:
    """What API Gateway is given to send."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


def call(
    handler: Callable[[dict[str, Any], Any], dict[str, Any]], method: str, path: str, **request: Any
) -> Answer:
    """One request to a function and its answer, header names in lower case.

    `json` is a body to be written as JSON. The answer has to be one that Lambda can hand over: JSON, in UTF-8.
    """
    if "json" in request:
        request["body"] = json.dumps(request.pop("json"))
    given = handler(api_event(method, path, **request), None)
    answer = json.loads(json.dumps(given, ensure_ascii=False, allow_nan=False).encode())
    assert not answer["isBase64Encoded"]
    return Answer(
        answer["statusCode"],
        {name.lower(): value for name, value in answer["headers"].items()},
        answer["body"],
    )
