"""What an operator may set: whatever no function could read, or what would end everybody's sending, is refused."""

from __future__ import annotations

import re

import pytest

from tests.fakes.source_template import template

NETWORKS, HOSTS, ADDRESSES = "OutboundPrivateNetworks", "OperatorHosts", "DnsResolvers"


@pytest.mark.parametrize(
    ("parameter", "right", "wrong"),
    [
        (ADDRESSES, ["192.0.2.1", "192.0.2.1:53, [2001:db8::1]:53"], ["resolver.example.com", "192.0.2.1;"]),
        (NETWORKS, ["10.0.0.0/8", "10.0.0.0/8, fd12::/16"], ["10.0.0.0", "10.0.0.0/33", "fd12::/129", "all"]),
        (HOSTS, ["app.example.com", "https://a.example.com:8443/,b.example.com"], ["a b", "a,,b"]),
        ("OutboundPorts", ["443", "443,8443"], ["0", "443,", "https", "100000", "-1"]),
        ("AlarmEmail", ["you@example.com"], ["you", "you@example", "a@example.com,b@example.com"]),
        ("SharedSender", ["no-reply@example.com"], ["example.com", "a b@example.com"]),
        ("DmarcReportAddress", ["dmarc@example.com"], ["example.com", "mailto:dmarc@example.com"]),
        ("SandboxDomain", ["sandbox.example.com"], ["@example.com", "example", "https://example.com"]),
        (
            "PublicUrl",
            ["https://mail.example.com"],
            ["mail.example.com", "https://mail.example.com/", "http://a"],
        ),
        ("LinkHostTarget", ["links.example.com"], ["https://links.example.com", "a b"]),
    ],
)
def test_a_text_that_no_function_could_read_is_refused_before_anything_is_deployed(parameter, right, wrong):
    allowed = template()["Parameters"][parameter]["AllowedPattern"]
    for each in ["" if parameter != "OutboundPorts" else "443", *right]:
        assert re.fullmatch(allowed, each), each
    for each in wrong:
        assert not re.fullmatch(allowed, each), each


def test_every_free_text_has_its_form_and_every_number_its_least():
    for name, parameter in template()["Parameters"].items():
        if "AllowedValues" not in parameter:
            assert ("AllowedPattern" if parameter["Type"] == "String" else "MinValue") in parameter, name


def test_no_share_of_mail_can_be_set_that_pauses_everybody():
    for name, parameter in template()["Parameters"].items():
        if name.endswith("Percent"):
            assert (parameter["MinValue"] > 0, parameter["MaxValue"]) == (True, 100), name
