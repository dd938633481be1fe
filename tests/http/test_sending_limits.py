"""What a domain that warms up may send today, leased as requests are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from letterhead.http.sending_limits import WarmUpSends
from letterhead.limits.leases import Leases
from letterhead.messages.sender import Sender
from letterhead.messages.warm_up import WarmUp
from tests.fakes.limit_store import InMemoryLedgers
from tests.fakes.message_world import NOW
from tests.fakes.sending_domains import registered_domain

TODAY = WarmUp(10, date(2026, 6, 14))


class Nobody:
    """Counts of nothing; notes nothing."""

    def days(self, *_):
        return []

    def note_warm_up(self, *_):
        return None


@pytest.fixture
def sends():
    return WarmUpSends(Leases(InMemoryLedgers(), 1), (10, 50_000), Nobody(), Nobody())


def sender(warm_up=TODAY):
    domain = replace(registered_domain("web-agency.com"), domain_id="0domain00domain0", warm_up=warm_up)
    return Sender("Web Agency", "news@web-agency.com", None, domain)


def test_a_domain_sends_its_allowance_and_not_one_more(sends):
    assert [sends.spend(sender(), 1, NOW) for _ in range(11)] == [True] * 10 + [False]
    assert sends.left(sender(), NOW) == 0


def test_what_does_not_fit_as_a_whole_spends_nothing(sends):
    assert sends.spend(sender(), 11, NOW) is False
    assert sends.left(sender(), NOW) == 10


def test_two_domains_have_an_allowance_each(sends):
    domain = replace(registered_domain("other.example"), domain_id="0otherdomain0000", warm_up=TODAY)
    other = Sender("B", "b@other.example", None, domain)
    assert sends.spend(sender(), 10, NOW)
    assert sends.spend(other, 10, NOW)


@pytest.mark.parametrize(
    "one", [sender(WarmUp(None, TODAY.day)), Sender("Letterhead", "hello@operator.example", None)]
)
def test_who_does_not_warm_up_has_no_such_limit(sends, one):
    assert sends.spend(one, 1_000_000, NOW)
    assert sends.left(one, NOW) is None
