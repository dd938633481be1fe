"""Source networks."""

from __future__ import annotations

import pytest

from letterhead.tokens import networks

CANONICAL = [
    ([], ()),
    (["192.0.2.0/24"], ("192.0.2.0/24",)),
    (["192.0.2.7"], ("192.0.2.7/32",)),
    (["2001:db8::1"], ("2001:db8::1/128",)),
    (["2001:DB8:0::/32"], ("2001:db8::/32",)),
    (["192.0.2.0/25", "192.0.2.128/25"], ("192.0.2.0/24",)),  # neighbours are one
    (["10.0.0.0/8", "10.1.0.0/16", "10.0.0.0/8"], ("10.0.0.0/8",)),  # none inside another
    (["2001:db8::/32", "192.0.2.0/24"], ("192.0.2.0/24", "2001:db8::/32")),
    (["::ffff:192.0.2.0/120"], ("192.0.2.0/24",)),  # RFC 4291 section 2.5.5.2
    (["::ffff:192.0.2.7"], ("192.0.2.7/32",)),
    (["0.0.0.0/0", "::/0"], ("0.0.0.0/0", "::/0")),
]


@pytest.mark.parametrize(("given", "kept"), CANONICAL)
def test_networks_are_kept_in_their_shortest_form(given, kept):
    assert networks.canonical(given) == kept


NO_NETWORKS = """
localhost 192.0.2.0/33 192.0.2.1/24 192.0.2/24 192.0.2.0/24/24 192.0.2.0/0x18 1.2.3.4/-1 010.0.0.1 0x7f000001 2001:db8::1/32
fe80::1%eth0 ::/129 ١٩٢.0.2.1
"""


@pytest.mark.parametrize("text", [*NO_NETWORKS.split(), "", "192.0.2.0/24 ", "\x00"])
def test_what_is_no_network_is_refused(text):
    with pytest.raises(networks.NetworkError):
        networks.canonical([text])


INSIDE = [
    (["192.0.2.0/24"], "192.0.2.255", True),
    (["192.0.2.0/24"], "192.0.3.0", False),
    (["192.0.2.0/24"], "::ffff:192.0.2.1", True),
    (["192.0.2.0/24"], "2001:db8::1", False),
    (["2001:db8::/32"], "2001:db8:ffff::1", True),
    (["2001:db8::/32"], "2001:db9::", False),
    (["2001:db8::/32", "10.0.0.0/8"], "10.9.9.9", True),
    (["::/0"], "192.0.2.1", False),
    (["0.0.0.0/0"], "", False),
    (["0.0.0.0/0"], "unknown", False),
    (["0.0.0.0/0"], "192.0.2.1, 10.0.0.1", False),  # a forwarded list is no address
    ([], "192.0.2.1", False),
]


@pytest.mark.parametrize(("given", "source", "inside"), INSIDE)
def test_an_address_lies_in_a_network_or_not(given, source, inside):
    assert networks.contain(given, source) is inside


WITHIN = [
    ([], [], True),
    (["192.0.2.0/24"], [], True),
    ([], ["192.0.2.0/24"], False),  # every address is more than some
    (["192.0.2.0/25"], ["192.0.2.0/24"], True),
    (["192.0.2.0/24"], ["192.0.2.0/25"], False),
    (["192.0.2.0/24"], ["192.0.2.0/25", "192.0.2.128/25"], True),
    (["192.0.2.0/24", "10.0.0.1"], ["192.0.2.0/24"], False),
    (["2001:db8::/32"], ["0.0.0.0/0"], False),
    (["2001:db8::/33"], ["0.0.0.0/0", "2001:db8::/32"], True),
]


@pytest.mark.parametrize(("narrow", "wide", "within"), WITHIN)
def test_networks_lie_within_others_or_not(narrow, wide, within):
    assert networks.within(networks.canonical(narrow), networks.canonical(wide)) is within
