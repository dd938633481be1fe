"""Whether functions reach the DNS, as the operator's doctor asks it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from letterhead.dialects.dns_probe import probe
from letterhead.domains.dns_answers import AbsenceReason, Absent, Present, SilenceReason, Unanswered

EVENT = json.loads((Path(__file__).parents[3] / "events" / "ask_dns.json").read_text())


class Lookup:
    """A DNS that has one answer to everything."""

    def __init__(self, kind, *details) -> None:
        self._answer = lambda question: kind(question, *details)

    def conversation(self, *, seconds):
        assert 0 < seconds < 29
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def ask(self, inquiry):
        self.zone = {question: self._answer(question) for question in inquiry.zone}
        return self


@pytest.mark.parametrize(
    ("lookup", "answered", "says"),
    [
        (Lookup(Present, ("v=spf1 -all",), 300, "192.0.2.53"), True, "1 records, from authority"),
        (Lookup(Absent, AbsenceReason.NO_SUCH_NAME, "192.0.2.53", 300), True, "no_such_name, from authority"),
        (Lookup(Unanswered, SilenceReason.TIMEOUT), False, "timeout"),
    ],
)
def test_an_answer_of_any_kind_is_an_answer(lookup, answered, says):
    assert probe(EVENT, lookup) == {"answered": answered, "says": says}


@pytest.mark.parametrize("event", [{}, {"name": 7}, {"name": "a b"}, {"name": "a.com", "type": "ANY"}])
def test_what_cannot_be_asked_is_said(event):
    assert set(probe(event, Lookup(Unanswered, SilenceReason.TIMEOUT))) == {"error"}


def test_the_function_asks_the_resolvers_that_it_is_given(load):
    function = load("dns_probe", DNS_RESOLVERS="127.0.0.1:9", ACCOUNT_ID="000000000000")
    assert function(EVENT)["answered"] is False
    assert "amazonses.com" not in function.log
