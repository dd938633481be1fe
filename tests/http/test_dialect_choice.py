"""Whose words an answer is in (DESIGN section 4; contracts D.2)."""

from __future__ import annotations

import pytest

from letterhead.http.dialect_choice import guess, owner_of, speaks
from letterhead.http.routes import ROUTES
from letterhead.tokens.dialect import Dialect

MAILERSEND, SENDARA, SENDMAILOS = Dialect.MAILERSEND, Dialect.SENDARA, Dialect.SENDMAILOS
UUID = "550e8400-e29b-41d4-a716-446655440000"

OWNERS = [
    ("/api/v1/domains", SENDMAILOS),
    ("/api/v1/nothing", SENDMAILOS),
    ("/api/v2/domains", SENDMAILOS),
    ("/api/", SENDMAILOS),
    ("/v1/identities", MAILERSEND),
    ("/v1/identities/x", MAILERSEND),
    # documented by several services: nobody's
    ("/v1/domains", None),
    ("/v1/domains/acme.com", None),
    ("/v1/domains/acme.com/verify", None),
    ("/v1/webhooks", None),
    ("/v1/messages/x", None),
    # nobody's at all
    ("/", None),
    ("", None),
    ("/v1", None),
    ("/v1/", None),
    ("/api", None),
    ("/v2/identities", None),
    ("/v1/nothing", None),
]


@pytest.mark.parametrize(("path", "owner"), OWNERS)
def test_a_path_that_one_service_alone_has_is_that_services(path, owner):
    assert owner_of(path) is owner


@pytest.mark.parametrize("route", [route for route in ROUTES if route.dialect], ids=lambda route: route.path)
def test_a_call_can_be_meant_by_a_token_of_its_own_dialect(route):
    assert speaks(route.dialect, route.path.replace("{", "").replace("}", ""))


SPEAKERS = [
    ("/api/v1/domains", {SENDMAILOS}),
    ("/v1/identities", {MAILERSEND}),
    ("/v1/domains", {MAILERSEND, SENDARA}),
    ("/v1/nothing", {MAILERSEND, SENDARA}),
]


@pytest.mark.parametrize(("path", "speakers"), SPEAKERS)
def test_a_token_is_good_for_the_paths_of_its_own_service(path, speakers):
    assert {dialect for dialect in Dialect if speaks(dialect, path)} == speakers


GUESSES = [
    # path, Authorization, body, dialect: the path first
    ("/api/v1/domains", "Bearer mlsn.x", b"", SENDMAILOS),
    ("/api/v1/domains", None, b'{"name": "x"}', SENDMAILOS),
    ("/v1/identities", "Bearer sk_live_x", b'{"domain": "x"}', MAILERSEND),
    # then the token's prefix
    ("/v1/domains", "Bearer sk_live_x", b"", SENDARA),
    ("/v1/domains", "bearer sk_test_x", b'{"name": "x"}', SENDARA),
    ("/v1/domains", "Bearer mlsn.x", b'{"domain": "x"}', MAILERSEND),
    ("/v1/domains/acme.com", "Bearer mlsn.x", b"", MAILERSEND),
    # then the body's keys
    ("/v1/domains", None, b'{"domain": "acme.com"}', SENDARA),
    ("/v1/domains", "Bearer nonsense", b'{"domain": "acme.com"}', SENDARA),
    ("/v1/webhooks", None, b'{"endpoint_url": "https://x"}', SENDARA),
    ("/v1/domains", None, b'{"name": "acme.com"}', MAILERSEND),
    ("/v1/webhooks", None, b'{"url": "https://x"}', MAILERSEND),
    # then the form of the id in the path
    ("/v1/domains/acme.com", None, b"", SENDARA),
    ("/v1/domains/dom_1f8c0a2b3d4e5f60718293a4b5c6d7e8/verify", None, b"", SENDARA),
    ("/v1/domains/0p7kx4xzyz49yjre", None, b"", MAILERSEND),
    # else MailerSend, whatever the body is
    ("/v1/domains", None, b"", MAILERSEND),
    ("/v1/domains", None, b"{", MAILERSEND),
    ("/v1/domains", None, b"\xff", MAILERSEND),
    ("/v1/domains", None, b"[" * 100_000, MAILERSEND),
    ("/v1/domains", "Basic dXNlcjpwYXNz", b"", MAILERSEND),
    ("/", None, b"", MAILERSEND),
    (f"/v1/domains/{UUID}", None, b"", MAILERSEND),
]


@pytest.mark.parametrize(("path", "authorization", "body", "dialect"), GUESSES)
def test_without_a_usable_token_the_shape_of_an_error_is_guessed(path, authorization, body, dialect):
    assert guess(path, authorization, body) is dialect
