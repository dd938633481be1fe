from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta

import pytest

from letterhead.identities.links import derive_token, hash_of, is_token, visit_field, visit_time
from tests.fakes.sender_identities import NOW

KEY = b"k" * 64
TOKEN = derive_token(KEY, "0identity0ident0", 1)


def test_a_token_carries_256_bits_of_an_hmac_of_identity_and_generation():
    digest = base64.urlsafe_b64decode(TOKEN + "=")
    assert digest == hmac.new(KEY, b"confirmation:0identity0ident0:1", hashlib.sha256).digest()
    assert is_token(TOKEN)


def test_the_same_generation_has_the_same_token_and_any_other_another():
    assert derive_token(KEY, "0identity0ident0", 1) == TOKEN
    others = {
        derive_token(KEY, "0identity0ident0", 2),
        derive_token(KEY, "0identity0ident1", 1),
        derive_token(b"x" * 64, "0identity0ident0", 1),
    }
    assert TOKEN not in others
    assert len(others) == 3


def test_the_hash_says_nothing_of_the_token():
    assert hash_of(TOKEN) == hashlib.sha256(TOKEN.encode()).hexdigest()


@pytest.mark.parametrize(
    "text", ["", TOKEN[:-1], TOKEN + "A", TOKEN[:-1] + "=", TOKEN[:-1] + "/", "é" * 43, TOKEN + "\n"]
)
def test_other_text_is_no_token(text):
    assert not is_token(text)


def test_a_visit_is_the_moment_at_which_the_page_was_shown():
    later = NOW + timedelta(minutes=59, seconds=59)
    assert visit_time(TOKEN, visit_field(TOKEN, NOW), later) == NOW


def test_two_visits_have_two_fields():
    assert visit_field(TOKEN, NOW) != visit_field(TOKEN, NOW + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("field", "now"),
    [
        (visit_field(TOKEN, NOW), NOW + timedelta(hours=1)),
        (visit_field(TOKEN, NOW + timedelta(seconds=2)), NOW),
        (visit_field(derive_token(KEY, "0identity0ident0", 2), NOW), NOW),
        (visit_field(TOKEN, NOW).replace(".", ".0"), NOW),
        (visit_field(TOKEN, NOW)[:-1] + "g", NOW),
        ("", NOW),
        ("1." + "0" * 64, NOW),
        ("9" * 400 + "." + "0" * 64, NOW),
        ("²." + "0" * 64, NOW),
    ],
    ids=[
        "too old",
        "from the future",
        "another link's",
        "lengthened",
        "garbled",
        "absent",
        "forged",
        "huge",
        "odd digit",
    ],
)
def test_a_field_that_is_not_from_a_page_of_this_hour_is_none(field, now):
    assert visit_time(TOKEN, field, now) is None
