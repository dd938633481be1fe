"""Suppressions: MailerSend's five lists, the union of all of them elsewhere, and the look-up."""

from __future__ import annotations

from letterhead.http.routes.route import DOMAIN, MAILERSEND, SENDARA, SENDMAILOS, Route

_FULL, _READ = "suppressions_full", "suppressions_read"
_LISTS = ("blocklist", "hard-bounces", "spam-complaints", "unsubscribes")


def _list_routes(name: str) -> tuple[Route, ...]:
    path, act = f"/v1/suppressions/{name}", name.replace("-", "_")
    return (
        Route("GET", path, f"suppressions.list_{act}", MAILERSEND, _READ, DOMAIN),
        Route("DELETE", path, f"suppressions.remove_{act}", MAILERSEND, _FULL, DOMAIN),
    )


def _addition(name: str) -> Route:
    path, act = f"/v1/suppressions/{name}", name.replace("-", "_")
    return Route("POST", path, f"suppressions.add_{act}", MAILERSEND, _FULL, DOMAIN)


ROUTES = (
    *(route for name in (*_LISTS, "on-hold-list") for route in _list_routes(name)),
    *(_addition(name) for name in _LISTS),
    Route("GET", "/v1/suppressions/lookup", "suppressions.look_up", MAILERSEND, _READ, DOMAIN),
    Route("POST", "/v1/suppressions", "suppressions.add", SENDARA, "send", DOMAIN),
    Route("GET", "/v1/suppressions", "suppressions.list", SENDARA, "send", DOMAIN),
    Route("DELETE", "/v1/suppressions", "suppressions.remove", SENDARA, "send", DOMAIN),
    Route("GET", "/v1/suppressions/lookup", "suppressions.look_up", SENDARA, "send", DOMAIN),
    Route("POST", "/api/v1/suppressions", "suppressions.add", SENDMAILOS, "suppressions:write", DOMAIN),
    Route("GET", "/api/v1/suppressions", "suppressions.list", SENDMAILOS, "suppressions:read", DOMAIN),
    Route("DELETE", "/api/v1/suppressions", "suppressions.remove", SENDMAILOS, "suppressions:write", DOMAIN),
    Route(
        "GET", "/api/v1/suppressions/lookup", "suppressions.look_up", SENDMAILOS, "suppressions:read", DOMAIN
    ),
)
