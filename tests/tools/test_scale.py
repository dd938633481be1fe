"""The simulation of the load on keys: what it says is what the keys are, and docs/scale.md has what it says."""

from __future__ import annotations

import re

import pytest

from tools.scale.__main__ import PAGE, main
from tools.scale.page import events_a_second, section
from tools.scale.simulation import Hottest, hottest, of_domains, of_mails
from tools.scale.touches import Touch, units_of_a_mail


def test_the_hottest_key_is_named_with_its_share():
    touches = [Touch("t", "write", "a", 2), Touch("t", "write", "b", 1), Touch("t", "read", "a", 5)] * 2

    written, read = sorted(hottest(touches, events=2), key=lambda each: each.kind, reverse=True)

    assert written == Hottest("t", "write", share=2 / 3, units=2, number_of_keys=2)
    assert read == Hottest("t", "read", share=1, units=5, number_of_keys=1)
    assert written.fullness(500) == 1
    assert read.fullness(600) == 1


def test_what_is_sharded_is_spread_and_what_lies_under_the_account_is_not():
    found = {(each.table, each.kind): each for each in of_mails(2_000)}

    assert found["messages", "write"].share == found["tokens", "read"].share  # one key an account
    assert found["messages", "write"].share > 0.1  # the largest account
    for table in ("counts", "recipients", "activity, by_place"):  # four shards a domain, or day and kind
        assert found[table, "write"].share < found["messages", "write"].share / 3
    assert found["activity", "write"].number_of_keys == 4_000  # one a message
    assert max(each.fullness(10) for each in found.values()) < 0.02


def test_domains_spread_over_slots_and_shards():
    found = {(each.table, each.kind): each for each, _ in of_domains(20_000)}

    assert found["domains, by_watch", "read"].number_of_keys == 360
    assert found["domains, by_watch", "read"].share < 2.5 / 360
    assert found["domains, by_watch", "write"].number_of_keys == 8
    assert found["domains, by_watch", "write"].share < 1.1 / 8


def test_the_page_has_what_the_simulation_says():
    assert section(10_000) in PAGE.read_text()


def test_the_page_says_how_many_events_a_core_takes_in_by_what_was_measured():
    (said,) = re.findall(r"more than (\d+) events a second and core", PAGE.read_text())
    assert int(said) == pytest.approx(
        events_a_second(), rel=0.5
    )  # benches vary, pages aren't made anew for it


def test_the_page_says_what_an_account_and_an_endpoint_can_do():
    # By hand: four writes a mail under the account's key; two for each of three events under the endpoint's.
    text = PAGE.read_text()
    assert "**250 mails a second**" in text
    assert "or 167 where one webhook endpoint" in text
    assert (units_of_a_mail("messages"), units_of_a_mail("deliveries")) == (4, 6)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["500"], 0), (["many"], 1), (["0"], 1), (["-5"], 1), (["1e3"], 1), (["10000001"], 1)],
)
def test_the_program_prints_tables_or_one_line(arguments, code, capsys):
    assert main(arguments) == code
    printed = capsys.readouterr()
    assert ("## 500 domains" in printed.out) is (code == 0)
    assert bool(printed.err) is (code == 1)
