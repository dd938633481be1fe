"""Whether links may lead to a host of the account's own: its alias, then what answers there."""

from __future__ import annotations

import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from letterhead.adapters.outbound_http.guarded_http import GuardedHttp
from letterhead.identities.link_host import LinkHost, LinkHostCheck, Trouble, deployment_token
from letterhead.outbound.rules import Rules
from tests.adapters.outbound_http.conftest import answers, authority, authority_file, host, world

__all__ = ["authority", "authority_file", "host", "world"]

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
NAME, TARGET, DEPLOYMENT = "links.acme.test", "letterhead.localhost", "stack/one"
ONE = LinkHost("0d0main000000one", NAME, TARGET)
ZONE = """@ 300 IN SOA ns1 hostmaster 1 2 3 4 60
@ 300 IN NS ns1
ns1 300 IN A 127.0.0.1
"""
TOKEN = deployment_token(DEPLOYMENT)
OURS = answers(f"HTTP/1.1 200 OK\nContent-Length: {len(TOKEN)}", TOKEN.encode())


@pytest.fixture
def published(world):
    """`published(lines)` serves the zone with these lines, at its own server and at the resolver."""

    def publish(lines: str = "") -> None:
        world.do(lambda: world.first.set_zone("acme.test", ZONE + lines))

    publish(f"links 300 IN CNAME {TARGET}.\n")
    return publish


@pytest.fixture
def check(world, host, authority, authority_file):
    """`check(script, name=…)` looks at the host while it answers by the script, with a certificate of the name."""

    def look(script=OURS, *, name=NAME, before=ONE, rules=None, certified=authority):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certified.issue_cert(name).configure_cert(context)
        serving = host(script, context)
        lookup = world.lookup()
        http = GuardedHttp(lookup, rules or Rules(emulated=True), authorities=authority_file)
        return LinkHostCheck(lookup, http, deployment=DEPLOYMENT, port=serving.port).checked(before, NOW)

    return look


def test_a_right_alias_of_a_host_that_answers_as_this_deployment_is_used(published, check):
    seen = check()

    assert (seen.in_use, seen.trouble, seen.checked_at, seen.found) == (True, None, NOW, None)


def test_without_an_alias_it_isnt_used(published, check):
    published("")
    assert check().trouble is Trouble.NO_CNAME


def test_an_address_in_place_of_the_alias_isnt_enough(published, check):
    published("links 300 IN A 127.0.0.1\n")
    assert check().trouble is Trouble.NO_CNAME


def test_an_alias_of_something_else_is_named(published, check):
    published("links 300 IN CNAME shop.example.net.\n")
    seen = check()
    assert (seen.trouble, seen.found) == (Trouble.OTHER_CNAME, "shop.example.net")


def test_the_targets_case_means_nothing(published, check):
    published("links 300 IN CNAME LetterHead.localhost.\n")
    assert check().in_use


def test_a_silent_dns_gives_nothing_to_a_new_host_and_takes_nothing_from_a_right_one(world, published, check):
    world.do(lambda: world.first.set_fault(NAME, "servfail"))
    assert check().trouble is Trouble.DNS_SILENT

    right = replace(ONE, trouble=None, checked_at=NOW - timedelta(hours=1))
    # The host itself has to answer all the same, and without DNS it can't be found.
    assert check(before=right).trouble is Trouble.UNREACHABLE


@pytest.mark.parametrize(
    "script",
    [
        answers("HTTP/1.1 200 OK\nContent-Length: 5", b"hello"),
        answers("HTTP/1.1 404 Not Found\nContent-Length: 0"),
        answers("HTTP/1.1 302 Found\nLocation: https://other.example/\nContent-Length: 0"),
        answers("HTTP/1.1 200 OK\nContent-Length: 64", deployment_token("stack/another").encode()),
    ],
)
def test_another_site_under_the_name_isnt_used(published, check, script):
    assert check(script).trouble is Trouble.OTHER_SITE


def test_a_certificate_of_another_name_or_of_nobody_isnt_enough(published, check):
    assert check(name="other.acme.test").trouble is Trouble.CERTIFICATE
    assert check(certified=trustme.CA()).trouble is Trouble.CERTIFICATE


def test_a_host_that_ends_the_connection_isnt_used(published, check):
    assert check(lambda _: None).trouble is Trouble.UNREACHABLE


def test_a_host_at_a_private_address_is_never_asked(published, check):
    assert check(rules=Rules(ports=frozenset(range(65536)))).trouble is Trouble.NOT_PUBLIC


def test_a_look_holds_ten_minutes_and_one_while_something_is_wrong():
    seen = replace(ONE, checked_at=NOW, trouble=None)

    assert replace(seen, trouble=Trouble.NO_CNAME).is_due(NOW + timedelta(minutes=1))
    assert ONE.is_due(NOW)
    assert not seen.is_due(NOW + timedelta(minutes=9))
    assert seen.is_due(NOW + timedelta(minutes=10))


def test_links_at_the_usual_port_dont_name_it(world):
    http = GuardedHttp(world.lookup(), Rules())

    assert LinkHostCheck(world.lookup(), http, deployment="x").url(NAME) == f"https://{NAME}"
    assert LinkHostCheck(world.lookup(), http, deployment="x", port=8443).url(NAME) == f"https://{NAME}:8443"
