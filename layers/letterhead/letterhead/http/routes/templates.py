"""Stored templates."""

from __future__ import annotations

from letterhead.http.routes.route import DOMAIN, MAILERSEND, Route

_PATH, _ONE = "/v1/templates", "/v1/templates/{template}"
ROUTES = (
    Route("POST", _PATH, "templates.create", MAILERSEND, "templates_full", DOMAIN, test_mode=True),
    Route("GET", _PATH, "templates.list", MAILERSEND, "templates_full", DOMAIN),
    Route("GET", _ONE, "templates.show", MAILERSEND, "templates_full", DOMAIN),
    Route("PUT", _ONE, "templates.update", MAILERSEND, "templates_full", DOMAIN, test_mode=True),
    Route("DELETE", _ONE, "templates.delete", MAILERSEND, "templates_full", DOMAIN, test_mode=True),
)
