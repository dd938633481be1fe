"""Reading a JSON object field by field."""

from __future__ import annotations

import pytest

from letterhead.dialects.fields import Fields
from letterhead.dialects.problem import InvalidFieldsError


def wrong_fields(fields: Fields) -> dict[str, tuple[str, ...]]:
    with pytest.raises(InvalidFieldsError) as refused:
        fields.finish()
    return refused.value.fields


def test_everything_that_is_wrong_is_said_at_once():
    fields = Fields({"name": 1, "add_note": "yes", "metadata": []})
    fields.text("name")
    fields.text("reply_to_email", required=True)
    fields.flag("add_note")
    fields.mapping("metadata")

    assert wrong_fields(fields) == {
        "name": ("The name must be a string.",),
        "reply_to_email": ("The reply to email field is required.",),
        "add_note": ("The add note field must be true or false.",),
        "metadata": ("The metadata must be an object.",),
    }


def test_nothing_wrong_raises_nothing():
    fields = Fields({"name": " Amy ", "add_note": True, "metadata": {"a": 1}})

    assert fields.text("name", required=True) == "Amy"
    assert fields.flag("add_note") is True
    assert fields.mapping("metadata") == {"a": 1}
    fields.finish()


@pytest.mark.parametrize("body", [{}, {"x": None}])
def test_an_absent_field_and_a_null_are_none(body):
    fields = Fields(body)

    assert fields.text("x") is None
    assert fields.flag("x") is None
    assert fields.mapping("x") is None
    fields.finish()


def test_a_null_is_there_and_an_absent_field_is_not():
    assert Fields({"x": None}).has("x")
    assert not Fields({}).has("x")


@pytest.mark.parametrize("value", ["", " ", "\t\n", "\u00a0", "\u3000"])
def test_white_space_is_no_text(value):
    fields = Fields({"x": value})

    assert fields.text("x") is None
    fields.finish()
    fields.text("x", required=True)
    assert wrong_fields(fields) == {"x": ("The x field is required.",)}


@pytest.mark.parametrize("value", [0, 1, 1.5, True, False, [], {}, ["a"]])
def test_no_other_type_passes_for_text(value):
    fields = Fields({"x": value})

    assert fields.text("x") is None
    assert wrong_fields(fields) == {"x": ("The x must be a string.",)}


@pytest.mark.parametrize("value", [0, 1, "true", "false", "", [], {}])
def test_no_other_type_passes_for_a_flag(value):
    fields = Fields({"x": value})

    assert fields.flag("x") is None
    assert "x" in wrong_fields(fields)


@pytest.mark.parametrize("value", ["a\x00b", "\ud800", "a\udfffb"])
def test_characters_that_no_store_takes_are_refused(value):
    fields = Fields({"x": value})

    assert fields.text("x") is None
    assert wrong_fields(fields) == {"x": ("The x contains characters that can't be used.",)}


@pytest.mark.parametrize(
    "value", [{"\ud800": 1}, {"a": "\udc00"}, {"a": [{"b": "\ud800\ud800"}]}, {"a": {"\udfff": None}}]
)
def test_they_are_refused_deep_inside_an_object_too(value):
    fields = Fields({"x": value})

    assert fields.mapping("x") is None
    assert wrong_fields(fields) == {"x": ("The x contains characters that can't be used.",)}


def test_a_pair_of_surrogates_was_a_character():
    # As json.loads reads `"\\ud83d\\ude00"` (RFC 8259 section 7).
    assert Fields({"x": "\U0001f600"}).text("x") == "\U0001f600"


@pytest.mark.parametrize(("length", "taken"), [(50, True), (51, False)])
def test_a_length_counts_characters(length, taken):
    fields = Fields({"x": "ü" * length})

    assert (fields.text("x", longest=50) is not None) is taken
    if not taken:
        assert wrong_fields(fields) == {"x": ("The x may not be greater than 50 characters.",)}


def test_a_field_can_be_wrong_in_two_ways():
    fields = Fields({})
    fields.wrong("email", "one")
    fields.wrong("email", "two")

    assert wrong_fields(fields) == {"email": ("one", "two")}
