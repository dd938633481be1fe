"""Every call that exists: method, path, the function that serves it, and the scope that it needs in its dialect.

The router, the template's test and the access matrix read this one table. A path that several services document has a row for
each of them; there the token's dialect decides which one is meant.
"""

from __future__ import annotations

from letterhead.http.routes import (
    account_settings,
    activity,
    confirmations,
    domains,
    email,
    identities,
    logs,
    sandbox,
    suppressions,
    templates,
    tokens,
    unsubscribes,
    webhooks,
)
from letterhead.http.routes.route import Route

__all__ = ["ROUTES", "SHARED_PREFIXES", "Route", "is_page", "methods_of", "routes_of"]

ROUTES: tuple[Route, ...] = (
    *domains.ROUTES,
    *identities.ROUTES,
    *suppressions.ROUTES,
    *activity.ROUTES,
    *tokens.ROUTES,
    *account_settings.ROUTES,
    *logs.ROUTES,
    *email.ROUTES,
    *templates.ROUTES,
    *webhooks.ROUTES,
    *sandbox.ROUTES,
    *confirmations.ROUTES,
    *unsubscribes.ROUTES,
)

# What several services document, offered here or not, and our own paths; on these the token's own dialect decides.
SHARED_PREFIXES = (
    *("/v1/domains", "/v1/webhooks", "/v1/messages", "/v1/templates", "/v1/inbound"),
    *("/v1/logs", "/v1/settings", "/v1/jobs"),
    *("/v1/suppressions/lookup", "/v1/suppressions/import", "/v1/suppressions/export"),
)

_PAGE_PREFIXES = tuple({route.path.partition("{")[0] for route in ROUTES if route.dialect is None})


def routes_of(function: str) -> tuple[Route, ...]:
    """The routes that one function serves."""
    return tuple(route for route in ROUTES if route.function == function)


def is_page(path: str) -> bool:
    """Whether a path lies among the pages for people, be there a page or not."""
    return any(path.startswith(prefix) for prefix in _PAGE_PREFIXES)


def methods_of(path: str) -> tuple[str, ...]:
    """The methods that a concrete path knows, in alphabetical order; empty when no call has such a path."""
    segments = path.split("/")
    return tuple(sorted({route.method for route in ROUTES if _fits(route.path.split("/"), segments)}))


def _fits(pattern: list[str], segments: list[str]) -> bool:
    return len(pattern) == len(segments) and all(
        (part.startswith("{") and segment != "") or part == segment
        for part, segment in zip(pattern, segments, strict=True)
    )
