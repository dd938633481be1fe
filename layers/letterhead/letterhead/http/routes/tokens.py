"""Tokens, and the quota that they share."""

from __future__ import annotations

from letterhead.http.routes.route import IDENTITY, MAILERSEND, SENDARA, SENDMAILOS, Route
from letterhead.tokens.scopes import ANY

ROUTES = (
    Route("POST", "/v1/token", "tokens.create", MAILERSEND, "tokens_full", IDENTITY, test_mode=True),
    Route("GET", "/v1/token", "tokens.list", MAILERSEND, "tokens_full", IDENTITY),
    Route("GET", "/v1/token/{token}", "tokens.show", MAILERSEND, "tokens_full", IDENTITY),
    Route("PUT", "/v1/token/{token}", "tokens.rename", MAILERSEND, "tokens_full", IDENTITY, test_mode=True),
    Route(
        "PUT",
        "/v1/token/{token}/settings",
        "tokens.pause",
        MAILERSEND,
        "tokens_full",
        IDENTITY,
        test_mode=True,
    ),
    Route(
        "POST",
        "/v1/token/{token}/rotate",
        "tokens.rotate",
        MAILERSEND,
        "tokens_full",
        IDENTITY,
        test_mode=True,
    ),
    Route(
        "DELETE", "/v1/token/{token}", "tokens.delete", MAILERSEND, "tokens_full", IDENTITY, test_mode=True
    ),
    Route("GET", "/v1/api-quota", "tokens.quota", MAILERSEND, ANY, IDENTITY),
    Route("POST", "/v1/keys", "tokens.create", SENDARA, "admin", IDENTITY, test_mode=True),
    Route("GET", "/v1/keys", "tokens.list", SENDARA, "admin", IDENTITY),
    Route("POST", "/v1/keys/{token}/rotate", "tokens.rotate", SENDARA, "admin", IDENTITY, test_mode=True),
    Route("DELETE", "/v1/keys/{token}", "tokens.delete", SENDARA, "admin", IDENTITY, test_mode=True),
    Route(
        "POST", "/api/v1/api-keys", "tokens.create", SENDMAILOS, "api-keys:write", IDENTITY, test_mode=True
    ),
    Route("GET", "/api/v1/api-keys", "tokens.list", SENDMAILOS, "api-keys:read", IDENTITY),
    Route("GET", "/api/v1/api-keys/{token}", "tokens.show", SENDMAILOS, "api-keys:read", IDENTITY),
    Route(
        "POST",
        "/api/v1/api-keys/{token}/rotate",
        "tokens.rotate",
        SENDMAILOS,
        "api-keys:write",
        IDENTITY,
        test_mode=True,
    ),
    Route(
        "DELETE",
        "/api/v1/api-keys/{token}",
        "tokens.delete",
        SENDMAILOS,
        "api-keys:write",
        IDENTITY,
        test_mode=True,
    ),
)
