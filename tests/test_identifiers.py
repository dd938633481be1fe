"""One id, three encodings (DESIGN section 4): what is made comes back, what was invented or mistyped decodes to nothing."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead import identifiers

NOW = datetime(2026, 6, 14, 9, 0, tzinfo=UTC)
LEAST, GREATEST = "0" * 16, "5gv2rma270x9hhj3"  # 0 and 2 ** 80 - 1 in base 36
moments = st.datetimes(datetime(1970, 1, 1), datetime(2500, 1, 1), timezones=st.just(UTC))


@given(moments)
def test_every_encoding_leads_back_to_the_id(now):
    made = identifiers.new_id(now)

    assert identifiers.is_id(made)
    assert identifiers.from_prefixed("dom", identifiers.to_prefixed("dom", made)) == made
    assert identifiers.from_uuid(identifiers.to_uuid(made)) == made


@pytest.mark.parametrize("extreme", [LEAST, GREATEST])
def test_the_least_and_the_greatest_id_have_all_encodings(extreme):
    assert identifiers.is_id(extreme)
    assert identifiers.from_prefixed("dom", identifiers.to_prefixed("dom", extreme)) == extreme
    assert identifiers.from_uuid(identifiers.to_uuid(extreme)) == extreme


# The forms that the services' clients know: MailerSend identities reference, Sendara domains guide, SendMailOS Domains API.
@pytest.mark.parametrize(
    ("encode", "form"),
    [
        (str, r"[0-9a-z]{16}"),
        (lambda made: identifiers.to_prefixed("dom", made), r"dom_[0-9a-f]{32}"),
        (identifiers.to_uuid, r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    ],
)
def test_each_dialect_gets_the_form_that_it_documents(encode, form):
    assert re.fullmatch(form, encode(identifiers.new_id(NOW)))


def test_the_uuid_says_that_its_bits_are_our_own():
    # RFC 9562 section 5.8: version 8, variant 10.
    made = uuid.UUID(identifiers.to_uuid(identifiers.new_id(NOW)))

    assert made.version == 8
    assert made.variant == uuid.RFC_4122


def test_ids_sort_by_the_moment_that_they_were_made():
    made = [identifiers.new_id(NOW + timedelta(milliseconds=number)) for number in range(50)]

    assert made == sorted(made)


def test_two_ids_of_one_millisecond_differ():
    assert len({identifiers.new_id(NOW) for _ in range(200)}) == 200


MADE = identifiers.new_id(NOW)
NOT_IDS = [
    "",
    "0KX2M9AB1C3D4E5F",
    MADE[:-1],
    f"{MADE}0",
    f"{MADE[:-1]}\n",
    f" {MADE[:-1]}",
    "../../../../../x",
    "0" * 15 + "\x00",
    "٠" * 16,  # digits, but not ours
    "z" * 16,  # more than 80 bits
    "5gv2rma270x9hhj4",  # one more than the greatest
    "0" * 8192,
]


@pytest.mark.parametrize("text", NOT_IDS)
def test_what_has_not_the_form_of_an_id_is_none(text):
    assert not identifiers.is_id(text)


PREFIXED = identifiers.to_prefixed("dom", MADE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "dom_",
        PREFIXED[:-1],
        f"{PREFIXED}0",
        f"{PREFIXED}\n",
        f" {PREFIXED}",
        PREFIXED.upper(),
        PREFIXED.replace("dom_", "DOM_"),
        PREFIXED.replace("dom_", "idn_"),  # another kind of thing
        PREFIXED.replace("dom_", ""),
        PREFIXED.replace("dom_", "dom-"),
        f"dom_{PREFIXED}",
        "dom_" + "0" * 32,  # the right form, never made
        "dom_1f8c0a2b3d4e5f60718293a4b5c6d7e8",  # the guide's own example
        "dom_" + "١" * 32,
        f"dom_{PREFIXED[4:20]}../../../../../x",
        f"{PREFIXED}\x00",
    ],
)
def test_an_invented_prefixed_id_is_nobodys(text):
    assert identifiers.from_prefixed("dom", text) is None


UUID = identifiers.to_uuid(MADE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        UUID[:-1],
        f"{UUID}0",
        f"{UUID}\n",
        f" {UUID}",
        UUID.replace("-", ""),
        f"{{{UUID}}}",
        f"urn:uuid:{UUID}",
        "550e8400-e29b-41d4-a716-446655440000",  # the reference's own example
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-8fff-bfff-ffffffffffff",
        f"{UUID}\x00",
        "../../etc/passwd",
    ],
)
def test_an_invented_uuid_is_nobodys(text):
    assert identifiers.from_uuid(text) is None


def test_a_uuid_in_upper_case_is_the_same():
    # RFC 9562 section 4: in either case on input.
    assert identifiers.from_uuid(UUID.upper()) == MADE


@given(st.text())
def test_no_text_makes_a_decoder_raise(text):
    assert identifiers.from_prefixed("dom", text) is None
    assert identifiers.from_uuid(text) is None
    identifiers.is_id(text)


@given(st.integers(0, 31), st.sampled_from("0123456789abcdef"))
def test_one_digit_mistyped_is_noticed(position, digit):
    digits = PREFIXED[4:]
    mistyped = digits[:position] + digit + digits[position + 1 :]

    assert (identifiers.from_prefixed("dom", f"dom_{mistyped}") is None) == (mistyped != digits)


def test_nothing_sorts_between_an_id_and_the_one_before_it():
    assert identifiers.before("0kx2m9ab1c3d4e60") == "0kx2m9ab1c3d4e5z"
    assert identifiers.before("0000000000000000") == "0000000000000000"


def test_an_id_says_when_it_was_made():
    moment = datetime(2026, 6, 14, 9, 0, 0, 123000, tzinfo=UTC)
    assert identifiers.made_at(identifiers.new_id(moment)) == moment
