"""The access log."""

from __future__ import annotations

from letterhead.http.routes.route import MAILERSEND, SENDARA, SENDMAILOS, Route

ROUTES = (
    Route("GET", "/v1/logs", "logs.list", MAILERSEND, "tokens_full"),
    Route("GET", "/v1/logs", "logs.list", SENDARA, "admin"),
    Route("GET", "/api/v1/logs", "logs.list", SENDMAILOS, "api-keys:read"),
)
