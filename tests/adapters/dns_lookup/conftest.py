"""A zone on loopback servers, and a look-up that asks them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.domains.diagnosis.dns_world import DnsWorld, dns_world


@pytest.fixture
def world() -> Iterator[DnsWorld]:
    with dns_world() as world:
        yield world
