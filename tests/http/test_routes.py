"""The table of calls."""

from __future__ import annotations

from collections import Counter

import pytest

from letterhead.http.routes import ROUTES, methods_of, routes_of


def test_no_call_is_listed_twice():
    assert max(Counter((route.method, route.path, route.dialect) for route in ROUTES).values()) == 1


def test_the_calls_of_one_path_lie_in_one_function():
    # API Gateway knows a route once, whichever dialects share it.
    functions = {(route.method, route.path): set() for route in ROUTES}
    for route in ROUTES:
        functions[route.method, route.path].add(route.function)
    assert [key for key, found in functions.items() if len(found) > 1] == []


def test_only_pages_for_people_do_without_dialect_and_scope():
    assert {route.path for route in ROUTES if not (route.dialect and route.scope)} == {
        "/.well-known/letterhead",
        "/confirmations/{link}",
        "/test-recipients/{link}",
        "/unsubscribe/{link}",
    }
    assert [route for route in ROUTES if bool(route.dialect) != bool(route.scope)] == []


def test_a_function_gets_its_own_calls():
    found = [routes_of(function) for function in {route.function for route in ROUTES}]

    assert sum(map(len, found)) == len(ROUTES)
    assert routes_of("nothing") == ()


# Source: contracts A.4 (MailerSend), B.2 (Sendara), C.2 (SendMailOS), and the additive ones of DESIGN section 11.
DOMAIN_CALLS = {
    "mailersend": {
        ("POST", "/v1/domains", "domains_full"),
        ("GET", "/v1/domains", "domains_read"),
        ("GET", "/v1/domains/{domain}", "domains_read"),
        ("DELETE", "/v1/domains/{domain}", "domains_full"),
        ("PUT", "/v1/domains/{domain}/settings", "domains_full"),
        ("GET", "/v1/domains/{domain}/dns-records", "domains_read"),
        ("GET", "/v1/domains/{domain}/verify", "domains_read"),
        ("GET", "/v1/domains/{domain}/records", "domains_read"),
        ("GET", "/v1/domains/{domain}/checks", "domains_read"),
    },
    "sendara": {
        ("POST", "/v1/domains", "admin"),
        ("GET", "/v1/domains", "admin"),
        ("GET", "/v1/domains/{domain}", "admin"),
        ("DELETE", "/v1/domains/{domain}", "admin"),
        ("POST", "/v1/domains/{domain}/verify", "admin"),
        ("GET", "/v1/domains/{domain}/records", "admin"),
        ("GET", "/v1/domains/{domain}/checks", "admin"),
    },
    "sendmailos": {
        ("POST", "/api/v1/domains", "domains:write"),
        ("GET", "/api/v1/domains", "domains:read"),
        ("GET", "/api/v1/domains/{domain}", "domains:read"),
        ("DELETE", "/api/v1/domains/{domain}", "domains:write"),
        ("POST", "/api/v1/domains/{domain}/verify", "domains:write"),
        ("GET", "/api/v1/domains/{domain}/records", "domains:read"),
        ("GET", "/api/v1/domains/{domain}/checks", "domains:read"),
    },
}


@pytest.mark.parametrize("dialect", DOMAIN_CALLS)
def test_the_calls_of_domains_are_these(dialect):
    offered = {
        (route.method, route.path, route.scope)
        for route in ROUTES
        if route.dialect == dialect and route.function in ("domains", "domain_records")
    }
    assert offered == DOMAIN_CALLS[dialect]


def test_a_domains_records_and_history_lie_in_a_function_that_only_reads():
    assert {route.method for route in ROUTES if route.function == "domain_records"} == {"GET"}


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/v1/domains", {"GET", "POST"}),
        ("/v1/domains/acme.com", {"GET"}),
        ("/v1/domains/acme.com/verify", {"POST"}),
        ("/api/v1/domains", {"GET", "POST"}),
    ],
)
def test_a_path_knows_its_methods(path, methods):
    assert methods <= set(methods_of(path))
    assert list(methods_of(path)) == sorted(methods_of(path))


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/v1",
        "/v1/nothing",
        "/v1/domains/",
        "//v1/domains",
        "/V1/domains",
        "/v1/domains/a/b/c",
        "/v1/domains//verify",
        "/v2/domains",
    ],
)
def test_a_path_that_no_call_has_knows_none(path):
    assert methods_of(path) == ()
