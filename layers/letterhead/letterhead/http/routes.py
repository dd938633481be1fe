"""Every call that exists: method, path, the function that serves it, and the scope that it needs in its dialect.

The router, the template's test and the access matrix read this one table. A path that several services document has a row for
each of them; there the token's dialect decides which one is meant.
"""

from __future__ import annotations

from dataclasses import dataclass

from letterhead.tokens.dialect import Dialect

MAILERSEND, SENDARA, SENDMAILOS = Dialect.MAILERSEND, Dialect.SENDARA, Dialect.SENDMAILOS


@dataclass(frozen=True)
class Route:
    """One call. `path` has its parameters in braces, as API Gateway writes them.

    `dialect` and `scope` say whose call it is and what its token needs; a public page has neither. `operation` is
    `<function>.<act>`.
    """

    method: str
    path: str
    operation: str
    dialect: Dialect | None = None
    scope: str = ""

    @property
    def function(self) -> str:
        """The function that serves it."""
        return self.operation.partition(".")[0]


ROUTES: tuple[Route, ...] = (
    Route("POST", "/v1/domains", "domains.register", SENDARA, "admin"),
    Route("GET", "/v1/domains", "domains.list", SENDARA, "admin"),
    Route("GET", "/v1/domains/{domain}", "domains.show", SENDARA, "admin"),
    Route("POST", "/v1/domains/{domain}/verify", "domains.verify", SENDARA, "admin"),
    Route("POST", "/api/v1/domains", "domains.register", SENDMAILOS, "domains:write"),
    Route("GET", "/api/v1/domains", "domains.list", SENDMAILOS, "domains:read"),
    Route("POST", "/v1/identities", "identities.create", MAILERSEND, "sender_identity_full"),
    Route("GET", "/v1/identities", "identities.list", MAILERSEND, "sender_identity_read"),
    Route("GET", "/v1/identities/{identity}", "identities.show", MAILERSEND, "sender_identity_read"),
    Route("GET", "/confirmations/{link}", "confirmations.show"),
    Route("POST", "/confirmations/{link}", "confirmations.decide"),
)

# What several services document, offered here or not; on these the token's own dialect decides.
SHARED_PREFIXES = ("/v1/domains", "/v1/webhooks", "/v1/messages", "/v1/templates", "/v1/inbound")


def routes_of(function: str) -> tuple[Route, ...]:
    """The routes that one function serves."""
    return tuple(route for route in ROUTES if route.function == function)


def methods_of(path: str) -> tuple[str, ...]:
    """The methods that a concrete path knows, in alphabetical order; empty when no call has such a path."""
    segments = path.split("/")
    return tuple(sorted({route.method for route in ROUTES if _fits(route.path.split("/"), segments)}))


def _fits(pattern: list[str], segments: list[str]) -> bool:
    return len(pattern) == len(segments) and all(
        (part.startswith("{") and segment != "") or part == segment
        for part, segment in zip(pattern, segments, strict=True)
    )
