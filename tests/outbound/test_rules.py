"""Where outbound requests may go."""

from __future__ import annotations

import ipaddress

import pytest

from letterhead.outbound.rules import NotAllowedError, Reason, Rules

OFFICE = Rules(networks=(ipaddress.ip_network("10.20.0.0/16"), ipaddress.ip_network("fd12::/16")))
EVERYTHING = Rules(networks=(ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0")))
LOCAL = Rules(emulated=True)


def reason(call, *arguments, **named) -> Reason | None:
    try:
        call(*arguments, **named)
    except NotAllowedError as error:
        return error.reason
    return None


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "a.localhost",
        "printer.local",
        "vault.internal",
        "x.y.internal",
        "router.lan",
        "nas.home",
        "hub.home.arpa",
        "wiki.corp",
        "db.private",
        "abc.onion",
        "server",
        "localhost.localdomain",
        "x.invalid",
    ],
)
def test_names_of_private_networks_are_refused_before_dns_is_asked(host):
    assert reason(Rules().check_host, host) is Reason.HOST


@pytest.mark.parametrize(
    "host", ["hooks.acme.com", "acme.io", "local.acme.com", "xn--bcher-kva.de", "8.8.8.8"]
)
def test_public_names_and_addresses_may_be_asked_for(host):
    assert reason(Rules().check_host, host) is None


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        (["8.8.8.8"], None),
        (["8.8.8.8", "2600::1"], None),
        (["8.8.8.8", "10.0.0.1"], Reason.ADDRESS),
        (["2600::1", "::ffff:10.0.0.1"], Reason.ADDRESS),
        (["8.8.8.8", "not an address"], Reason.ADDRESS),
        (["127.0.0.1"], Reason.ADDRESS),
    ],
)
def test_one_bad_address_spoils_the_host(addresses, expected):
    assert reason(Rules().check_addresses, addresses, scheme="https", port=443) is expected


@pytest.mark.parametrize(
    ("address", "allowed"),
    [("10.20.0.7", True), ("fd12::7", True), ("10.21.0.7", False), ("8.8.8.8", True), ("127.0.0.1", False)],
)
def test_named_private_networks_are_open_and_no_others(address, allowed):
    assert (reason(OFFICE.check_addresses, [address], scheme="https", port=443) is None) is allowed


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "::1",
        "169.254.169.254",
        "169.254.170.2",
        "fe80::1",
        "fd00:ec2::254",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "255.255.255.255",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "ff02::1",
    ],
)
def test_no_parameter_opens_the_host_itself_its_link_or_the_clouds_own_services(address):
    assert reason(EVERYTHING.check_addresses, [address], scheme="https", port=443) is Reason.ADDRESS
    assert reason(EVERYTHING.check_host, address) is Reason.ADDRESS


def test_private_networks_have_private_names_but_localhost_is_none_of_them():
    assert reason(OFFICE.check_host, "hooks.office.internal") is None
    assert reason(OFFICE.check_host, "localhost") is Reason.HOST


@pytest.mark.parametrize(
    ("rules", "scheme", "port", "expected"),
    [
        (Rules(), "https", 443, None),
        (Rules(), "http", 443, Reason.SCHEME),
        (Rules(), "http", 80, Reason.SCHEME),
        (Rules(), "ftp", 443, Reason.SCHEME),
        (Rules(), "https", 8443, Reason.PORT),
        (Rules(ports=frozenset({443, 8443})), "https", 8443, None),
        (Rules(ports=frozenset({80})), "http", 80, Reason.SCHEME),
        (LOCAL, "http", 5000, None),
        (LOCAL, "gopher", 70, Reason.SCHEME),
    ],
)
def test_only_https_on_allowed_ports(rules, scheme, port, expected):
    assert reason(rules.check_scheme_and_port, scheme, port) is expected


@pytest.mark.parametrize(
    ("addresses", "scheme", "port", "expected"),
    [
        (["127.0.0.1"], "http", 5000, None),
        (["127.0.0.1", "::1"], "https", 5000, None),
        (["8.8.8.8"], "http", 443, Reason.SCHEME),
        (["8.8.8.8"], "https", 5000, Reason.PORT),
        (["127.0.0.1", "8.8.8.8"], "http", 5000, Reason.SCHEME),
        (["8.8.8.8"], "https", 443, None),
        (["169.254.169.254"], "http", 80, Reason.ADDRESS),
        (["10.0.0.1"], "https", 443, Reason.ADDRESS),
        (["0.0.0.0"], "http", 5000, Reason.ADDRESS),
    ],
)
def test_in_the_local_cloud_loopback_is_open_on_every_port_and_nothing_else_is(
    addresses, scheme, port, expected
):
    assert reason(LOCAL.check_addresses, addresses, scheme=scheme, port=port) is expected
    assert reason(LOCAL.check_host, "localhost") is None
