"""Words that mail programs make links of."""

from __future__ import annotations

import pytest

from letterhead.mail.lookalikes import as_words

# What programs look for in a text to make links of it: a host, an address, a scheme.
DISARMED = [
    ("evil.example/login", "evil.\u200cexample/login"),
    ("Booking.com", "Booking.\u200ccom"),
    ("a@b.com", "a@\u200cb.\u200ccom"),
    ("https://evil.example", "https:\u200c/\u200c/evil.\u200cexample"),
    ("mailto:a@b", "mailto:\u200ca@\u200cb"),
    ("www.x.co.uk", "www.\u200cx.\u200cco.\u200cuk"),
    ("b\u00fccher.de", "b\u00fccher.\u200cde"),
    ("evil\uff0eexample", "evil\uff0e\u200cexample"),
]
AS_IT_IS = [
    "Web Agency",
    "J. R. Smith",
    "Smith & Co.",
    "version 2.0",
    "at 9.30",
    "AC/DC",
    "yes: no",
    "a @ b",
    "",
]


@pytest.mark.parametrize(("text", "expected"), DISARMED)
def test_a_seam_is_put_where_a_link_would_be_seen(text, expected):
    assert as_words(text) == expected
    assert as_words(text).replace("\u200c", "") == text


@pytest.mark.parametrize("text", AS_IT_IS)
def test_other_texts_stay_as_they_are(text):
    assert as_words(text) == text
