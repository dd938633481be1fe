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
        "/confirmations/{link}"
    }
    assert [route for route in ROUTES if bool(route.dialect) != bool(route.scope)] == []


def test_a_function_gets_its_own_calls():
    found = [routes_of(function) for function in {route.function for route in ROUTES}]

    assert sum(map(len, found)) == len(ROUTES)
    assert routes_of("nothing") == ()


# Source: the seeds' own calls (Sendara domains guide; SendMailOS Domains API; contracts B.2, C.2).
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/domains"),
        ("GET", "/v1/domains"),
        ("GET", "/v1/domains/{domain}"),
        ("POST", "/v1/domains/{domain}/verify"),
        ("POST", "/api/v1/domains"),
        ("GET", "/api/v1/domains"),
    ],
)
def test_the_documented_calls_of_domains_exist(method, path):
    assert (method, path, "domains") in {(route.method, route.path, route.function) for route in ROUTES}


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
