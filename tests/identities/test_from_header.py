from __future__ import annotations

import pytest

from letterhead.identities.addresses import EmailAddress
from letterhead.identities.from_header import aligned_address, from_mailbox, mailbox, reply_to_mailbox
from tests.fakes.sender_identities import address, identity

LONG = "a" * 60


@pytest.mark.parametrize(
    ("email", "aligned"),
    [
        ("amy@bookshelf.com", "amy.bookshelf-com@web-agency.com"),
        ("Amy.Pond+x@Mail.Bookshelf.co.uk", "amy.pond+x.mail-bookshelf-co-uk@web-agency.com"),
    ],
)
def test_the_from_address_lies_on_the_sending_domain(email, aligned):
    assert aligned_address(address(email), "web-agency.com") == aligned


def test_a_local_part_beyond_64_octets_is_cut_and_told_apart_by_a_digest():
    one = aligned_address(address(f"{LONG}@bookshelf.com"), "web-agency.com").partition("@")[0]
    other = aligned_address(address(f"{LONG}b@bookshelf.com"), "web-agency.com").partition("@")[0]
    assert max(len(one), len(other)) <= 64
    assert one != other


def test_exactly_64_octets_are_left_whole():
    email = address("a" * 50 + "@bookshelf.com")
    assert aligned_address(email, "x.com") == "a" * 50 + ".bookshelf-com@x.com"


def test_a_local_part_beyond_ascii_becomes_a_digest():
    aligned = aligned_address(EmailAddress("jörg", "bookshelf.com", "bookshelf.com"), "web-agency.com")
    assert aligned.isascii()
    assert aligned.endswith(".bookshelf-com@web-agency.com")


def test_the_preview_is_what_mail_carries():
    one = identity("amy@bookshelf.com", name='Amy "Books"')
    assert from_mailbox(one) == '"Amy \\"Books\\"" <amy.bookshelf-com@web-agency.com>'
    assert reply_to_mailbox(one) == '"Amy \\"Books\\"" <amy@bookshelf.com>'


def test_an_identity_may_name_another_address_for_answers():
    helped = identity(reply_to_email=address("help@bookshelf.com"), reply_to_name="Help")
    assert reply_to_mailbox(helped) == '"Help" <help@bookshelf.com>'
    assert reply_to_mailbox(identity(reply_to_email=address("help@bookshelf.com"))) == "help@bookshelf.com"


def test_a_mailbox_without_a_name_is_its_address():
    assert mailbox(None, "a@b.com") == "a@b.com"
