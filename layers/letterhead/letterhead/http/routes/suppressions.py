"""Suppressions: MailerSend's five lists, the union of all of them elsewhere, and the look-up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.http.routes.route import DOMAIN, MAILERSEND, SENDARA, SENDMAILOS, Route

if TYPE_CHECKING:
    from letterhead.tokens.dialect import Dialect

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


def _jobs(base: str, dialect: Dialect, read: str, full: str) -> tuple[Route, ...]:
    imported, exported = f"{base}/suppressions/import", f"{base}/suppressions/export"
    job = f"{base}/jobs/{{job}}"
    return (
        Route("POST", imported, "suppressions.import_csv", dialect, full, DOMAIN, body_type="text/csv"),
        Route("POST", exported, "suppressions.export_csv", dialect, read, DOMAIN),
        Route("GET", job, "suppressions.show_job", dialect, read, DOMAIN),
        Route("GET", f"{job}/result", "suppressions.show_result", dialect, read, DOMAIN),
    )


ROUTES = (
    *(route for name in (*_LISTS, "on-hold-list") for route in _list_routes(name)),
    *(_addition(name) for name in _LISTS),
    Route("GET", "/v1/suppressions/lookup", "suppressions.look_up", MAILERSEND, _READ, DOMAIN),
    *_jobs("/v1", MAILERSEND, _READ, _FULL),
    *_jobs("/v1", SENDARA, "send", "send"),
    *_jobs("/api/v1", SENDMAILOS, "suppressions:read", "suppressions:write"),
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
