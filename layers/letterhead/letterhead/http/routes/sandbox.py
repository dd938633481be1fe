"""Test recipients, and what an account may do so far."""

from __future__ import annotations

from letterhead.http.routes.route import SENDARA, Route

_PATH, _ONE = "/v1/test-recipients", "/v1/test-recipients/{recipient}"
ROUTES = (
    Route("GET", _PATH, "sandbox.list", SENDARA, "read"),
    Route("POST", _PATH, "sandbox.add", SENDARA, "send"),
    Route("POST", f"{_ONE}/resend", "sandbox.resend", SENDARA, "send"),
    Route("DELETE", _ONE, "sandbox.remove", SENDARA, "send"),
    Route("GET", "/v1/account/verification", "sandbox.verification", SENDARA, "read"),
)
