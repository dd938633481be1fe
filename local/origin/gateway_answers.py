"""What API Gateway's HTTP APIs answer by themselves, and where the emulator answers otherwise.

Limits: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html (payload 10 MB, request line
and header values 10,240 bytes, integration 30 s) and https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
(6 MB each for a synchronous call's event and its answer).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

Headers = list[tuple[bytes, bytes]]

MOST_BODY_BYTES = 10 * 1024 * 1024
MOST_EVENT_BYTES = 6 * 1024 * 1024
MOST_REQUEST_LINE_AND_HEADERS = 10_240
INTEGRATION_SECONDS = 30

TEXT_TYPES = frozenset({b"application/json", b"application/xml", b"application/javascript"})
FAILURE_KEYS = frozenset({"errorMessage", "errorType", "stackTrace", "requestId"})


@dataclass(frozen=True)
class Answer:
    """A whole response; header names keep the case in which the function gave them."""

    status: int
    headers: Headers
    body: bytes


def own_answer(status: int, message: str) -> Answer:
    """An answer in the shape that API Gateway gives its own."""
    body = json.dumps({"message": message}, separators=(",", ":")).encode()
    headers = [(b"Content-Type", b"application/json"), (b"Content-Length", str(len(body)).encode())]
    return Answer(status, headers, body)


BAD_REQUEST = own_answer(400, "Bad Request")
TOO_LARGE = own_answer(413, "Request Entity Too Large")
HEADERS_TOO_LARGE = own_answer(431, "Request Header Fields Too Large")
FUNCTION_FAILED = own_answer(500, "Internal Server Error")
UNAVAILABLE = own_answer(503, "Service Unavailable")


def headers_are_too_large(method: bytes, target: bytes, headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether the request line and the header values together pass API Gateway's limit."""
    request_line = len(method) + len(target) + len(b"  HTTP/1.1")
    return request_line + sum(len(value) for _, value in headers) > MOST_REQUEST_LINE_AND_HEADERS


def event_is_too_large(content_type: bytes, body: bytes) -> bool:
    """Whether the body, as the event carries it (JSON text, or base64 for what isn't text), passes Lambda's limit."""
    if len(body) * 6 <= MOST_EVENT_BYTES:
        return False
    kind = content_type.split(b";", 1)[0].strip().lower()
    if kind in TEXT_TYPES or kind.startswith(b"text/"):
        return (
            len(json.dumps(body.decode("utf-8", "replace"), ensure_ascii=False).encode()) > MOST_EVENT_BYTES
        )
    return (len(body) + 2) // 3 * 4 > MOST_EVENT_BYTES


def as_api_gateway_says_it(answer: Answer) -> Answer:
    """The emulator's answer, with its own words for a failed, throttled or over-long function replaced by AWS's."""
    if len(answer.body) > MOST_EVENT_BYTES:
        return FUNCTION_FAILED
    if answer.status == 502 and _is_function_failure(answer.body):
        return FUNCTION_FAILED
    if answer.status == 429 and _is_function_throttle(answer.body):
        return UNAVAILABLE
    return answer


def _is_function_failure(body: bytes) -> bool:
    fields = _object(body)
    return "errorMessage" in fields and FAILURE_KEYS.issuperset(fields)


def _is_function_throttle(body: bytes) -> bool:
    return str(_object(body).get("Reason", "")).endswith("LimitExceeded")


def _object(body: bytes) -> dict[str, object]:
    try:
        fields = json.loads(body)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}
