"""How far the sweeps have come, and whose turn it is at SES."""

from __future__ import annotations

from datetime import timedelta

import pytest

from letterhead.adapters.tables.sweeps import SesTurns, SweepTable
from letterhead.domains.ports import ProviderBusyError
from letterhead.unavailable import UnavailableError
from tests.fakes.looks import InMemoryLedger
from tests.fakes.scripted_server import aws_error
from tests.fakes.sending_domains import NOW

MINUTE = timedelta(minutes=1)
REGISTERS, READS = "create_email_identity", "get_email_identity"


class Clock:
    """A clock that others set; waiting moves it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waited = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.waited += seconds


@pytest.fixture(params=["in memory", "in DynamoDB"])
def ledger(request):
    if request.param == "in memory":
        return InMemoryLedger()
    request.getfixturevalue("tables")
    return SweepTable("SweepsTable", 15 * MINUTE)


def test_nothing_is_known_before_the_first_sweep(ledger):
    assert ledger.swept_to() is None


def test_what_was_noted_last_is_known(ledger):
    for minutes in (0, 5, 3):
        ledger.advance(NOW + minutes * MINUTE)
    assert ledger.swept_to() == NOW + 3 * MINUTE


def test_one_sweep_at_a_time(ledger):
    assert ledger.begin()
    assert not ledger.begin()
    ledger.end()
    assert ledger.begin()


def test_a_sweep_that_died_is_over_after_a_while(tables):
    now = [NOW]
    ledger = SweepTable("SweepsTable", 15 * MINUTE, clock=lambda: now[0])
    assert ledger.begin()
    now[0] += 14 * MINUTE
    assert not ledger.begin()
    now[0] += MINUTE
    assert ledger.begin()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def turns(clock: Clock, per_second: float = 1, **more) -> SesTurns:
    return SesTurns("SweepsTable", per_second, clock=clock, sleep=clock.sleep, **more)


def test_turns_of_all_environments_come_one_a_second(tables, clock):
    one, other = turns(clock), turns(clock)
    for _ in range(5):
        one.take()
        other.in_turn(READS)
    assert 9 <= clock.waited <= 11


def test_more_calls_a_second_are_more_turns(tables, clock):
    fast = turns(clock, 50)
    for _ in range(50):
        fast.take()
    assert clock.waited <= 2


def test_a_registration_waits_for_nobody_and_keeps_sweeps_away(tables, clock):
    turns(clock).take()
    for _ in range(3):
        turns(clock).first(REGISTERS)
    assert clock.waited == 0
    turns(clock).take()
    assert 3 <= clock.waited <= 4


def test_what_is_no_registration_keeps_nobody_away(tables, clock):
    turns(clock).first(READS)
    turns(clock).take()
    assert clock.waited == 0


def test_who_has_no_turn_in_time_finds_the_provider_busy(tables, clock):
    turns(clock).first(REGISTERS)
    with pytest.raises(ProviderBusyError):
        turns(clock, patience=1.0).take()


def test_a_table_that_does_not_answer_keeps_no_registration_from_happening(dynamodb_script, clock):
    dynamodb_script.answers = [aws_error("InternalServerError", 500)]
    turns(clock).first(REGISTERS)
    with pytest.raises(UnavailableError):
        turns(clock).take()
