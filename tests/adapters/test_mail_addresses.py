from __future__ import annotations

import pytest

from letterhead.adapters.mail_addresses import MailAddresses
from letterhead.identities.addresses import AddressError, EmailAddress

ADDRESSES = MailAddresses()


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("amy@bookshelf.com", EmailAddress("amy", "bookshelf.com", "bookshelf.com")),
        (
            "Amy.Pond+news@Book-Shelf.CO.UK",
            EmailAddress("Amy.Pond+news", "book-shelf.co.uk", "book-shelf.co.uk"),
        ),
        ("o'neil!#$%&*/=?^_`{|}~@x.com", EmailAddress("o'neil!#$%&*/=?^_`{|}~", "x.com", "x.com")),
        ("a@Bücher.example", EmailAddress("a", "xn--bcher-kva.example", "bücher.example")),
        ("a@xn--bcher-kva.example", EmailAddress("a", "xn--bcher-kva.example", "bücher.example")),
        ("用户@例子.广告", EmailAddress("用户", "xn--fsqu00a.xn--4rr70v", "例子.广告")),
        ("a@shop.test", EmailAddress("a", "shop.test", "shop.test")),
    ],
)
def test_an_address_is_read_in_both_of_its_forms(text, address):
    assert ADDRESSES.parse(text) == address


def test_a_local_part_is_put_into_one_unicode_form():
    assert ADDRESSES.parse("jo\u0308rg@x.com") == ADDRESSES.parse("j\u00f6rg@x.com")


@pytest.mark.parametrize(
    "text",
    [
        "amy",
        "@x.com",
        "amy@",
        "amy@localhost",
        "amy@x",
        "a b@x.com",
        "a..b@x.com",
        ".a@x.com",
        "a@-x.com",
        "a@x..com",
        "a@x.com.",
        "a@[192.0.2.1]",
        "a@192.0.2.1",
        '"a b"@x.com',
        "Amy <a@x.com>",
        "a@x.com, b@x.com",
        "a@x.com\r\nBcc: b@x.com",
        "a\u202e@x.com",
        "a\x00@x.com",
        "a@x.local",
        "a" * 65 + "@x.com",
        "a@" + "x" * 64 + ".com",
    ],
)
def test_what_is_no_address_of_a_sender_is_refused(text):
    with pytest.raises(AddressError):
        ADDRESSES.parse(text)
