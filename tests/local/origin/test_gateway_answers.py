"""API Gateway's limits at their edges."""

from __future__ import annotations

import pytest

from local.origin.gateway_answers import (
    MOST_EVENT_BYTES,
    MOST_REQUEST_LINE_AND_HEADERS,
    event_is_too_large,
    headers_are_too_large,
)

# Content type, body, whether its event passes Lambda's 6 MB.
EVENTS = [
    (b"application/json", b"x" * (MOST_EVENT_BYTES - 2), False),
    (b"application/json", b"x" * (MOST_EVENT_BYTES - 1), True),
    (b"application/json; charset=utf-8", b'"' * (MOST_EVENT_BYTES // 2), True),
    (b"TEXT/plain", b"x" * (MOST_EVENT_BYTES - 2), False),
    (b"", b"x" * (MOST_EVENT_BYTES // 4 * 3), False),
    (b"", b"x" * (MOST_EVENT_BYTES // 4 * 3 + 1), True),
    (b"message/rfc822", b"x" * (MOST_EVENT_BYTES // 4 * 3 + 1), True),
    (b"application/json", b"", False),
]


@pytest.mark.parametrize(("kind", "body", "too_large"), EVENTS)
def test_the_limit_counts_the_body_as_the_event_carries_it(kind, body, too_large):
    assert event_is_too_large(kind, body) is too_large


def test_the_request_line_and_the_header_values_count_together():
    line = len(b"GET /x HTTP/1.1")
    value = b"v" * (MOST_REQUEST_LINE_AND_HEADERS - line)

    assert not headers_are_too_large(b"GET", b"/x", [(b"A-Name-That-Does-Not-Count", value)])
    assert headers_are_too_large(b"GET", b"/x", [(b"A", value), (b"B", b"1")])
