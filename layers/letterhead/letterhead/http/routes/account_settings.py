"""An account's settings."""

from __future__ import annotations

from letterhead.http.routes.route import MAILERSEND, SENDARA, SENDMAILOS, Route

ROUTES = (
    Route("GET", "/v1/settings", "account_settings.show", MAILERSEND, "tokens_full"),
    Route("PUT", "/v1/settings", "account_settings.change", MAILERSEND, "tokens_full"),
    Route("GET", "/v1/settings", "account_settings.show", SENDARA, "admin"),
    Route("PUT", "/v1/settings", "account_settings.change", SENDARA, "admin"),
    Route("GET", "/api/v1/settings", "account_settings.show", SENDMAILOS, "api-keys:read"),
    Route("PUT", "/api/v1/settings", "account_settings.change", SENDMAILOS, "api-keys:write"),
)
