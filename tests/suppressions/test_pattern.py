"""Which texts are blocklist patterns, and what they mean."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.suppressions.pattern import LONGEST_PATTERN, Pattern, PatternError

MEANT = [
    ("*@example.com", "amy@example.com", True),
    ("*@example.com", "amy@sub.example.com", False),
    ("*@example.com", "amy@notexample.com", False),
    ("*@Example.COM", "amy@example.com", True),
    (".*@example.com", "amy@example.com", True),
    ("info*@example.com", "info@example.com", True),
    ("info*@example.com", "info-de@example.com", True),
    ("info*@example.com", "my-info@example.com", False),
    ("INFO*@example.com", "info@example.com", True),
    ("info*@*", "info2@anything.test", True),
    ("info@*", "info@anything.test", True),
    ("info@*", "info2@anything.test", False),
    ("a.b+c*@x.com", "a.b+c-d@x.com", True),
    ("a.*@x.com", "ab@x.com", False),
    ("*@xn--bcher-kva.example", "amy@xn--bcher-kva.example", True),
    ("*@example.com", '"a@b"@example.com', True),
]


@pytest.mark.parametrize(("text", "address", "meant"), MEANT)
def test_a_pattern_means_what_its_stars_say(text, address, meant):
    assert Pattern.parse(text).means(address) is meant


REFUSED = [
    "",
    "*",
    "@",
    "amy@example.com",
    "*@*",
    ".*@*",
    "*@",
    "*@com",
    "*@*.example.com",
    "*@exam*.com",
    "*@-example.com",
    "*@example..com",
    "*@" + "a" * 64 + ".com",
    "a*b@example.com",
    "a**@example.com",
    "**@example.com",
    "*a@example.com",
    "a b*@example.com",
    "a@b*@example.com",
    "(a+)+$*@example.com",
    "a" * 65 + "*@x.com",
    "*@" + "a." * 95 + "com",
    "*@example.com\nx",
    "*@exa\x00mple.com",
    "*|@example.com",
]


@pytest.mark.parametrize("text", REFUSED)
def test_other_texts_are_refused_and_say_why(text):
    with pytest.raises(PatternError, match=r"\w{3}"):
        Pattern.parse(text)


@given(st.text(alphabet="ab*.@-", max_size=LONGEST_PATTERN + 9))
def test_a_pattern_that_is_taken_is_its_own_canonical_form(text):
    try:
        pattern = Pattern.parse(text)
    except PatternError:
        return
    assert Pattern.parse(pattern.text) == pattern
    assert len(pattern.text) <= LONGEST_PATTERN


def test_no_pattern_is_slow():
    patterns = [Pattern.parse("a" * 60 + f"{n}*@*") for n in range(100)]
    began = process_time()
    assert not any(pattern.means("a" * 300 + "@example.com") for pattern in patterns for _ in range(60))
    assert process_time() - began < 1
