"""The system's resolvers, by resolv.conf(5)."""

from __future__ import annotations

import pytest

from letterhead.adapters.dns_lookup.system_resolvers import system_resolvers

FILES = [
    ("nameserver 192.0.2.1\nnameserver 2001:db8::1\n", (("192.0.2.1", 53), ("2001:db8::1", 53))),
    ("# comment\nsearch acme.test\noptions ndots:2\nnameserver\t192.0.2.1 # ours\n", (("192.0.2.1", 53),)),
    ("nameserver none\nnameserver\n", (("127.0.0.1", 53),)),
    ("", (("127.0.0.1", 53),)),
]


@pytest.mark.parametrize(("text", "resolvers"), FILES)
def test_the_nameserver_lines_are_read(tmp_path, text, resolvers):
    path = tmp_path / "resolv.conf"
    path.write_text(text)
    assert system_resolvers(path) == resolvers


def test_without_the_file_this_machine_is_asked(tmp_path):
    assert system_resolvers(tmp_path / "resolv.conf") == (("127.0.0.1", 53),)
