"""Webhooks: endpoints, their secrets, their deliveries. What no service documents is additive."""

from __future__ import annotations

from letterhead.http.routes.route import DOMAIN, MAILERSEND, SENDARA, SENDMAILOS, Route


def _routes() -> tuple[Route, ...]:
    """The same calls in each dialect, under its prefix; SendMailOS sends a test by a POST to the webhook itself."""
    found = []
    for dialect, prefix, read, write in (
        (MAILERSEND, "/v1/webhooks", "webhooks_full", "webhooks_full"),
        (SENDARA, "/v1/webhooks", "admin", "admin"),
        (SENDMAILOS, "/api/v1/webhooks", "webhooks:read", "webhooks:write"),
    ):
        one = f"{prefix}/{{webhook}}"
        delivery = f"{one}/deliveries/{{delivery}}"
        found += [
            Route("POST", prefix, "webhooks.create", dialect, write, DOMAIN),
            Route("GET", prefix, "webhooks.list", dialect, read, DOMAIN),
            Route("GET", one, "webhooks.show", dialect, read, DOMAIN),
            Route("PUT", one, "webhooks.update", dialect, write, DOMAIN),
            Route("DELETE", one, "webhooks.delete", dialect, write, DOMAIN),
            Route("POST", f"{one}/rotate-secret", "webhooks.rotate", dialect, write, DOMAIN),
            Route("POST", f"{one}/test", "webhooks.test", dialect, write, DOMAIN),
            Route("GET", f"{one}/deliveries", "webhooks.deliveries", dialect, read, DOMAIN),
            Route("GET", delivery, "webhooks.delivery", dialect, read, DOMAIN),
            Route("POST", f"{delivery}/replay", "webhooks.replay_one", dialect, write, DOMAIN),
            Route("POST", f"{one}/replay", "webhooks.replay", dialect, write, DOMAIN),
        ]
    found.append(
        Route("POST", "/api/v1/webhooks/{webhook}", "webhooks.test", SENDMAILOS, "webhooks:write", DOMAIN)
    )
    return tuple(found)


ROUTES = _routes()
