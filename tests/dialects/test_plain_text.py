from __future__ import annotations

import pytest

from letterhead.dialects.fields import Fields
from letterhead.dialects.plain_text import line, paragraphs
from letterhead.dialects.problem import InvalidFieldsError


@pytest.mark.parametrize("text", ["Amy Pond", "Эми", "a\u00a0b", 'O\'Neil, "A" <x>'])
def test_a_line_is_any_text_of_one_line(text):
    fields = Fields({"name": text})
    assert line(fields, "name", longest=50) == text
    fields.finish()


# Line ends of RFC 5322 and Unicode, NUL, and UAX 9's marks that turn text around.
@pytest.mark.parametrize(
    "bad",
    ["a\nb", "a\r\nBcc: b", "a\u2028b", "a\u2029b", "a\u0085b", "a\tb", "a\x1bb", "a\u202eb", "a\u2066b"],
)
def test_what_ends_a_line_or_turns_it_around_is_named(bad):
    fields = Fields({"sender_name": bad})
    line(fields, "sender_name", longest=50)
    with pytest.raises(InvalidFieldsError) as refusal:
        fields.finish()
    assert refusal.value.fields == {
        "sender_name": ("The sender name contains characters that can't be used.",)
    }


def test_paragraphs_may_have_lines_and_tabs_and_their_lines_end_alike():
    fields = Fields({"note": "a\r\nb\rc\n\td"})
    assert paragraphs(fields, "note", longest=50) == "a\nb\nc\n\td"
    fields.finish()


@pytest.mark.parametrize("bad", ["a\x00b", "a\x0cb", "a\u2029b", "a\u200fb"])
def test_paragraphs_have_no_other_controls(bad):
    fields = Fields({"note": bad})
    paragraphs(fields, "note", longest=50)
    with pytest.raises(InvalidFieldsError):
        fields.finish()


def test_what_is_absent_or_too_long_is_nothing():
    fields = Fields({"long": "x" * 11})
    assert line(fields, "none", longest=10) is None
    assert paragraphs(fields, "long", longest=10) is None
    with pytest.raises(InvalidFieldsError):
        fields.finish()


@pytest.mark.parametrize(
    "text", ["\u200b", "\ufeff\u00ad", "\u115f", "\u3164\u2060", "\U000e0041", "\u034f", "\ufe0f"]
)
def test_a_line_of_characters_that_nobody_sees_is_empty(text):
    fields = Fields({"name": text})
    line(fields, "name", longest=50, required=True)
    with pytest.raises(InvalidFieldsError) as refusal:
        fields.finish()
    assert refusal.value.fields == {"name": ("The name must have something to be seen.",)}


@pytest.mark.parametrize("text", ["👩\u200d🚀", "می\u200cخواهم", "❤\ufe0f", "e\u0301"])
def test_characters_that_join_what_is_seen_may_stay(text):
    fields = Fields({"name": text})
    assert line(fields, "name", longest=50) == text
    fields.finish()
