"""Every call that exists: method, path, the function that serves it, and the scope that it needs in its dialect.

The router, the template's test and the access matrix read this one table. A path that several services document has a row for
each of them; there the token's dialect decides which one is meant.
"""

from __future__ import annotations

from dataclasses import dataclass

from letterhead.tokens.dialect import Dialect
from letterhead.tokens.grant import Reach
from letterhead.tokens.scopes import ANY

MAILERSEND, SENDARA, SENDMAILOS = Dialect.MAILERSEND, Dialect.SENDARA, Dialect.SENDMAILOS
ACCOUNT, DOMAIN, IDENTITY = Reach.ACCOUNT, Reach.DOMAIN, Reach.IDENTITY


@dataclass(frozen=True)
class Route:
    """One call. `path` has its parameters in braces, as API Gateway writes them.

    `dialect` and `scope` say whose call it is and what its token needs; a public page has neither. `operation` is
    `<function>.<act>`. `reach` is how much of its account a token has to reach at least; a call that is open to restricted
    tokens shows them their own part only. `test_mode` says whether a test token may make it: one that says nothing is open to
    them if it only reads.
    """

    method: str
    path: str
    operation: str
    dialect: Dialect | None = None
    scope: str = ""
    reach: Reach = Reach.ACCOUNT
    test_mode: bool | None = None

    @property
    def open_to_test_tokens(self) -> bool:
        """Whether a test token may make the call."""
        return self.method == "GET" if self.test_mode is None else self.test_mode

    @property
    def function(self) -> str:
        """The function that serves it."""
        return self.operation.partition(".")[0]


ROUTES: tuple[Route, ...] = (
    Route("POST", "/v1/domains", "domains.register", SENDARA, "admin"),
    Route("GET", "/v1/domains", "domains.list", SENDARA, "admin", IDENTITY),
    Route("GET", "/v1/domains/{domain}", "domains.show", SENDARA, "admin", IDENTITY),
    Route("DELETE", "/v1/domains/{domain}", "domains.delete", SENDARA, "admin", DOMAIN),
    Route("POST", "/v1/domains/{domain}/verify", "domains.verify", SENDARA, "admin", IDENTITY),
    Route("GET", "/v1/domains/{domain}/records", "domain_records.list", SENDARA, "admin", IDENTITY),
    Route("GET", "/v1/domains/{domain}/checks", "domain_records.list_checks", SENDARA, "admin", IDENTITY),
    Route("POST", "/v1/domains", "domains.register", MAILERSEND, "domains_full"),
    Route("GET", "/v1/domains", "domains.list", MAILERSEND, "domains_read", IDENTITY),
    Route("GET", "/v1/domains/{domain}", "domains.show", MAILERSEND, "domains_read", IDENTITY),
    Route("DELETE", "/v1/domains/{domain}", "domains.delete", MAILERSEND, "domains_full", DOMAIN),
    Route(
        "PUT", "/v1/domains/{domain}/settings", "domains.change_settings", MAILERSEND, "domains_full", DOMAIN
    ),
    Route(
        "GET",
        "/v1/domains/{domain}/verify",
        "domains.verify",
        MAILERSEND,
        "domains_read",
        IDENTITY,
        test_mode=False,
    ),
    Route(
        "GET",
        "/v1/domains/{domain}/recipients",
        "domains.list_recipients",
        MAILERSEND,
        "domains_read",
        IDENTITY,
    ),
    Route(
        "GET",
        "/v1/domains/{domain}/dns-records",
        "domain_records.show_by_place",
        MAILERSEND,
        "domains_read",
        IDENTITY,
    ),
    Route("GET", "/v1/domains/{domain}/records", "domain_records.list", MAILERSEND, "domains_read", IDENTITY),
    Route(
        "GET",
        "/v1/domains/{domain}/checks",
        "domain_records.list_checks",
        MAILERSEND,
        "domains_read",
        IDENTITY,
    ),
    Route("POST", "/api/v1/domains", "domains.register", SENDMAILOS, "domains:write"),
    Route("GET", "/api/v1/domains", "domains.list", SENDMAILOS, "domains:read", IDENTITY),
    Route("GET", "/api/v1/domains/{domain}", "domains.show", SENDMAILOS, "domains:read", IDENTITY),
    Route("DELETE", "/api/v1/domains/{domain}", "domains.delete", SENDMAILOS, "domains:write", DOMAIN),
    Route("POST", "/api/v1/domains/{domain}/verify", "domains.verify", SENDMAILOS, "domains:write", IDENTITY),
    Route(
        "GET", "/api/v1/domains/{domain}/records", "domain_records.list", SENDMAILOS, "domains:read", IDENTITY
    ),
    Route(
        "GET",
        "/api/v1/domains/{domain}/checks",
        "domain_records.list_checks",
        SENDMAILOS,
        "domains:read",
        IDENTITY,
    ),
    Route("POST", "/v1/identities", "identities.create", MAILERSEND, "sender_identity_full", DOMAIN),
    Route("GET", "/v1/identities", "identities.list", MAILERSEND, "sender_identity_read", IDENTITY),
    Route("GET", "/v1/identities/settings", "identities.settings", MAILERSEND, "sender_identity_read"),
    Route("PUT", "/v1/identities/settings", "identities.change_settings", MAILERSEND, "sender_identity_full"),
    Route(
        "POST",
        "/v1/identities/settings/preview",
        "identities.preview_settings",
        MAILERSEND,
        "sender_identity_read",
        test_mode=True,
    ),
    Route(
        "GET", "/v1/identities/{identity}", "identities.show", MAILERSEND, "sender_identity_read", IDENTITY
    ),
    Route(
        "PUT", "/v1/identities/{identity}", "identities.update", MAILERSEND, "sender_identity_full", IDENTITY
    ),
    Route(
        "DELETE",
        "/v1/identities/{identity}",
        "identities.delete",
        MAILERSEND,
        "sender_identity_full",
        IDENTITY,
    ),
    Route(
        "GET", "/v1/identities/email/{email}", "identities.show", MAILERSEND, "sender_identity_read", IDENTITY
    ),
    Route(
        "PUT",
        "/v1/identities/email/{email}",
        "identities.update",
        MAILERSEND,
        "sender_identity_full",
        IDENTITY,
    ),
    Route(
        "DELETE",
        "/v1/identities/email/{email}",
        "identities.delete",
        MAILERSEND,
        "sender_identity_full",
        IDENTITY,
    ),
    Route(
        "POST",
        "/v1/identities/{identity}/resend",
        "identities.resend",
        MAILERSEND,
        "sender_identity_full",
        IDENTITY,
    ),
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
    Route("GET", "/confirmations/{link}", "confirmations.show"),
    Route("HEAD", "/confirmations/{link}", "confirmations.show"),
    Route("POST", "/confirmations/{link}", "confirmations.decide"),
)

# What several services document, offered here or not; on these the token's own dialect decides.
SHARED_PREFIXES = ("/v1/domains", "/v1/webhooks", "/v1/messages", "/v1/templates", "/v1/inbound")

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
