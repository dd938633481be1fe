"""docs/operate.md says of every alarm what it means and what to do, and of every act of the operator what it does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from letterhead.dialects.operator import _ACTS
from tests.fakes.source_template import resources
from tools.operate import TAKING

DOCUMENT = (Path(__file__).parents[1] / "docs" / "operate.md").read_text()
ROW = re.compile(r"^\| (.+?) \| (.+?) \|(?: (.+) \|)?$", re.MULTILINE)


def rows(heading: str) -> list[tuple[str, str, str]]:
    section = re.search(rf"^## {heading}\n(.+?)(?=^## |\Z)", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert section
    return [(a, b, c) for a, b, c in ROW.findall(section[1]) if not a.startswith("---")][1:]


def test_every_alarm_has_its_meaning_and_what_to_do_and_there_are_no_others():
    documented = {name.strip("`"): (means, do) for name, means, do in rows("When an alarm rings")}
    assert set(documented) == set(resources("AWS::CloudWatch::Alarm"))
    assert all(means and do for means, do in documented.values())


@pytest.mark.parametrize("alarm", sorted(resources("AWS::CloudWatch::Alarm")))
def test_an_alarm_says_in_one_sentence_what_has_happened(alarm):
    properties = resources("AWS::CloudWatch::Alarm")[alarm]
    assert properties["AlarmDescription"].strip().endswith(".")
    assert properties["AlarmActions"] == [{"Ref": "AlarmTopic"}]


@pytest.mark.parametrize("act", sorted(_ACTS))
def test_every_act_of_the_operator_is_documented_with_all_that_it_takes(act):
    codes = [code for name, _, _ in rows("Accounts and names") for code in re.findall(r"`([^`]+)`", name)]
    (usage,) = [code for code in codes if code.partition(" ")[0] == act]
    known, _ = _ACTS[act]
    assert set(re.findall(r"(\w+)=", usage)) == known


def test_what_asks_first_is_marked():
    marked = {
        act
        for name, does, _ in rows("Accounts and names")
        if does.startswith("**asks.**")
        for act in TAKING
        if act in name
    }
    assert marked == set(TAKING)
    assert set(TAKING) <= set(_ACTS)
