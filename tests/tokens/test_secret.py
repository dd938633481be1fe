"""The text of an API token."""

from __future__ import annotations

import hashlib
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.tokens import secret
from letterhead.tokens.dialect import Dialect

# Prefixes: contracts A.7 (MailerSend's command line tool), B.1 (Sendara), C.1 (SendMailOS).
PREFIXES = [
    (Dialect.MAILERSEND, False, "mlsn."),
    (Dialect.MAILERSEND, True, "mlsn."),
    (Dialect.SENDARA, False, "sk_live_"),
    (Dialect.SENDARA, True, "sk_test_"),
    (Dialect.SENDMAILOS, False, "sk_live_"),
    (Dialect.SENDMAILOS, True, "sk_test_"),
]
LETTERS = set(string.ascii_letters + string.digits)
TEXT = secret.new_secret(Dialect.SENDARA, test_mode=False)


@pytest.mark.parametrize(("dialect", "test_mode", "prefix"), PREFIXES)
def test_a_token_begins_as_the_services_tokens_do(dialect, test_mode, prefix):
    text = secret.new_secret(dialect, test_mode=test_mode)

    assert text.startswith(prefix)
    assert len(text) == len(prefix) + 43 + 6
    assert set(text.removeprefix(prefix)) <= LETTERS
    assert secret.is_well_formed(text)


def test_no_two_tokens_are_alike():
    assert len({secret.new_secret(Dialect.SENDARA, test_mode=False) for _ in range(200)}) == 200


@given(st.integers(0, len(TEXT) - 1), st.sampled_from(sorted(LETTERS)))
def test_one_character_mistyped_is_noticed(position, letter):
    mistyped = TEXT[:position] + letter + TEXT[position + 1 :]

    assert secret.is_well_formed(mistyped) == (mistyped == TEXT)


def test_two_neighbours_exchanged_are_noticed():
    for position in range(len(TEXT) - 1):
        left, right = TEXT[position : position + 2]
        swapped = TEXT[:position] + right + left + TEXT[position + 2 :]
        assert secret.is_well_formed(swapped) == (swapped == TEXT)


FORGED = [
    "",
    "sk_live_",
    "sk_live_xxx",  # the Sendara guide's own example
    "mlsn.",
    TEXT.replace("sk_live_", "sk_test_"),  # the checksum covers the prefix
    TEXT.replace("sk_live_", "mlsn."),
    TEXT.replace("sk_live_", "SK_LIVE_"),
    TEXT.replace("sk_live_", "sk_prod_"),
    TEXT.removeprefix("sk_live_"),
    TEXT[:-1],
    f"{TEXT}A",
    f"{TEXT}\n",
    f"{TEXT}\r\nX-Admin: 1",
    f"{TEXT}\x00",
    f" {TEXT}",
    f"{TEXT} ",
    f"{TEXT},{TEXT}",
    TEXT.swapcase(),
    "sk_live_" + "０" * 49,  # full-width digits
    "sk_live_" + "٣" * 49,  # Arabic-Indic digits
    "sk_live_" + "A" * 8192,
    "sk_live_" + "' OR 1=1 --".ljust(49, "A"),
    "sk_live_0000000000000000000000000000000000000000000000000",
]


@pytest.mark.parametrize("text", FORGED)
def test_a_forged_or_mutilated_token_is_recognised_without_a_look_up(text):
    assert not secret.is_well_formed(text)


def test_the_hash_is_sha_256_of_the_whole_text():
    assert secret.hash_of(TEXT) == hashlib.sha256(TEXT.encode()).hexdigest()
    assert TEXT not in secret.hash_of(TEXT)


@pytest.mark.parametrize(("dialect", "test_mode", "prefix"), PREFIXES)
def test_a_preview_shows_eight_characters_of_the_secret_at_most(dialect, test_mode, prefix):
    text = secret.new_secret(dialect, test_mode=test_mode)
    preview = secret.preview_of(text)

    assert preview == f"{prefix}{text[len(prefix) : len(prefix) + 4]}…{text[-4:]}"
    assert not secret.is_well_formed(preview)
