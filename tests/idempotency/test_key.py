"""Which keys are taken, and what a key is scoped to."""

from __future__ import annotations

import pytest

from letterhead.idempotency.key import HEADER, IdempotencyKeyError, entry_name, key_in_body, key_in_header

# The first is the draft's own example (section 2.1, Idempotency-Key HTTP Request Header Field).
TAKEN = [
    ('"8e03978e-40d5-43e8-bc93-6894a57f9324"', "8e03978e-40d5-43e8-bc93-6894a57f9324"),
    ("8e03978e-40d5-43e8-bc93-6894a57f9324", "8e03978e-40d5-43e8-bc93-6894a57f9324"),
    ("  order 17 \t", "order 17"),
    ('"a \\"b\\" \\\\c"', 'a "b" \\c'),
    ("a", "a"),
    ("x" * 255, "x" * 255),
    (f'"{"x" * 255}"', "x" * 255),
    ("a, b", "a, b"),
]
REFUSED = [
    "",
    " ",
    '""',
    "x" * 256,
    f'"{"x" * 256}"',
    '"open',
    '"a"b',
    '"a", "b"',
    '"\\n"',
    "caf\u00e9",
    "a\tb",
    "a\x00",
    "a\nb",
]


@pytest.mark.parametrize(("value", "key"), TAKEN)
def test_a_printable_key_of_255_characters_is_taken_quoted_or_bare(value, key):
    assert key_in_header(value) == key


@pytest.mark.parametrize("value", REFUSED)
def test_another_is_refused_naming_the_header(value):
    with pytest.raises(IdempotencyKeyError, match=f"^The {HEADER} ") as refused:
        key_in_header(value)
    assert refused.value.field == HEADER


def test_no_header_is_no_key():
    assert key_in_header(None) is None


def test_a_key_in_a_body_is_text_in_any_script():
    assert key_in_body("заказ-17", "idempotency_key") == "заказ-17"
    assert key_in_body(None, "idempotency_key") is None


@pytest.mark.parametrize("value", ["", "x" * 256, 17, True, ["a"], {}, "a\nb", "\ud800"])
def test_a_bad_key_in_a_body_is_refused_naming_the_field(value):
    with pytest.raises(IdempotencyKeyError, match=r"^The idempotency_key ") as refused:
        key_in_body(value, "idempotency_key")
    assert refused.value.field == "idempotency_key"


CALL = ("token", "PUT", "/v1/identities/email/{email}", {"email": "amy@example.com"}, "key")


@pytest.mark.parametrize(
    ("position", "other"),
    [
        (0, "token2"),
        (1, "DELETE"),
        (2, "/v1/identities/{email}"),
        (3, {"email": "bob@example.com"}),
        (3, {}),
        (4, "key2"),
    ],
)
def test_a_key_is_scoped_to_token_method_route_and_parameters(position, other):
    changed = [*CALL]
    changed[position] = other
    assert entry_name(*changed) != entry_name(*CALL)
    assert entry_name(*CALL) == entry_name(*CALL)


def test_parts_cannot_be_moved_from_one_place_to_another():
    assert entry_name("a", "POST", "/v1/x", {}, "bc") != entry_name("ab", "POST", "/v1/x", {}, "c")


def test_a_name_says_nothing_of_what_it_names():
    assert all(word not in entry_name(*CALL) for word in ("token", "amy", "example", "key"))
