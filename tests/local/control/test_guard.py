"""Whom the control port refuses."""

from __future__ import annotations

import pytest

from local.control.guard import refusal

# Host, Origin, whether the request may pass.
REQUESTS = [
    ("127.0.0.1:8788", None, True),
    ("localhost:8788", None, True),
    ("[::1]:8788", None, True),
    ("LOCALHOST", None, True),
    ("127.0.0.1:8788", "http://127.0.0.1:8788", True),
    ("127.0.0.1:8788", "http://localhost:8788", True),
    ("evil.example:8788", None, False),
    ("127.0.0.1.evil.example", None, False),
    ("127.0.0.1@evil.example", None, False),
    ("", None, False),
    (None, None, False),
    ("[broken", None, False),
    ("127.0.0.1:8788", "https://evil.example", False),
    ("127.0.0.1:8788", "null", False),
    ("127.0.0.1:8788", "http://127.0.0.1.evil.example", False),
    ("127.0.0.1:8788", "", False),
]


@pytest.mark.parametrize(("host", "origin", "passes"), REQUESTS)
def test_only_this_machines_own_names_pass(host, origin, passes):
    assert (refusal(host, origin) is None) is passes
