"""SPF records as text, by RFC 7208."""

from __future__ import annotations

import time

import pytest

from letterhead.domains.diagnosis.spf_record import SpfSyntaxError, is_spf, merged, read_spf

IS_SPF = [
    ("v=spf1", True),
    ("v=spf1 -all", True),
    ("V=SPF1 -all", True),
    ("v=spf10 -all", False),
    ("v=spf1-all", False),
    (" v=spf1 -all", False),
    ("spf2.0/pra -all", False),
    ("", False),
]


@pytest.mark.parametrize(("text", "expected"), IS_SPF)
def test_a_record_begins_with_the_version_and_a_space_or_the_end(text, expected):
    """RFC 7208 section 4.5."""
    assert is_spf(text) is expected


VALID = [
    # RFC 7208, the examples of sections 3, 5 and Appendix A
    "v=spf1 +mx a:colo.example.com/28 -all",
    "v=spf1 a a:authorized-spf.example.com -all",
    "v=spf1 a/24 mx/24//64 ptr -all",
    "v=spf1 ip4:192.0.2.128/28 ip6:2001:db8::/32 -all",
    "v=spf1 exists:%{ir}.%{l1r+-}._spf.%{d} -all",
    "v=spf1 redirect=_spf.example.com",
    "v=spf1 mx:example.com exp=explain._spf.%{d} -all",
    "v=spf1 include:example.com include:example.net -all",
    "v=spf1 unknown-modifier=x moo.cow=1 -all",
    "v=spf1 ?all",
    "v=spf1    -all   ",
    "V=SPF1 IP4:192.0.2.1 ALL",
    "v=spf1 include:_spf.example.com.",
    "v=spf1",
]


@pytest.mark.parametrize("text", VALID)
def test_what_the_grammar_allows_is_read(text):
    read_spf(text)


INVALID = [
    "v=spf1 include",
    "v=spf1 include:",
    "v=spf1 exists",
    "v=spf1 all:example.com",
    "v=spf1 all/24",
    "v=spf1 ip4",
    "v=spf1 ip4:192.0.2.300",
    "v=spf1 ip4:192.0.2.0/33",
    "v=spf1 ip4:2001:db8::1",
    "v=spf1 ip6:192.0.2.1",
    "v=spf1 a:example.com/x",
    "v=spf1 ptr/24",
    "v=spf1 moo -all",
    "v=spf1 -all.",
    "v=spf1 ~ all",
    "v=spf1 =x -all",
    "v=spf1 redirect=a.test redirect=b.test",
    "v=spf1 exp=a.test exp=b.test -all",
    "v=spf1 redirect=",
    "v=spf1 include:%(d) -all",
    "v=spf1 include:exämple.com -all",
    "v=spf1 “include:example.com” -all",
    "v=spf1\tmx -all",
]


@pytest.mark.parametrize("text", INVALID)
def test_what_the_grammar_does_not_allow_is_a_syntax_error(text):
    """RFC 7208 section 4.6: syntax errors anywhere in the record are a permerror."""
    with pytest.raises(SpfSyntaxError):
        read_spf(text)


def test_what_stands_behind_all_does_not_count():
    record = read_spf("v=spf1 mx -all include:amazonses.com redirect=x.test")
    assert [str(mechanism) for mechanism in record.mechanisms] == ["mx", "-all"]
    assert [str(mechanism) for mechanism in record.behind_all] == ["include:amazonses.com"]
    assert record.redirect is None


MERGED = [
    (["v=spf1 include:amazonses.com ~all", "v=spf1 mx -all"], "v=spf1 include:amazonses.com mx ~all"),
    (["v=spf1 mx -all"], "v=spf1 include:amazonses.com mx -all"),
    (["v=spf1 a -all", "v=spf1 a mx -all"], "v=spf1 include:amazonses.com a mx -all"),
    (["v=spf1 redirect=_spf.x.test"], "v=spf1 include:amazonses.com include:_spf.x.test ~all"),
    (
        ["v=spf1 ?include:x.test ip4:192.0.2.1 ?all"],
        "v=spf1 include:amazonses.com ?include:x.test ip4:192.0.2.1 ?all",
    ),
    (["v=spf1 +all"], "v=spf1 include:amazonses.com ~all"),
    (["v=spf1 moo ip4:192.0.2.0/24 -all"], "v=spf1 include:amazonses.com ip4:192.0.2.0/24 -all"),
    (["v=spf1 a/24 exp=why.test -all"], "v=spf1 include:amazonses.com a/24 -all"),
    (["v=spf1 -include:amazonses.com -all"], "v=spf1 include:amazonses.com -all"),
]


@pytest.mark.parametrize(("texts", "expected"), MERGED)
def test_several_records_are_merged_into_one_that_does_the_same(texts, expected):
    assert merged(texts, "include:amazonses.com") == expected
    read_spf(expected)


def test_a_hostile_record_is_read_in_no_time():
    began = time.process_time()
    for text in (
        "v=spf1 include:" + "a." * 20_000 + "/x",
        "v=spf1 " + "a:b/ " * 10_000,
        "v=spf1 " + "%{" * 30_000,
    ):
        with pytest.raises(SpfSyntaxError):
            read_spf(text)
    assert time.process_time() - began < 1
