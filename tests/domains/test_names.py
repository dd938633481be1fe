"""Which text names a domain that can be registered; with the real rules for IDN and public suffixes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.adapters.domain_names import DomainNames
from letterhead.domains.names import MAXIMUM_LENGTH, DomainName, DomainNameError, parse_domain_name

RULES = DomainNames()
LABEL_63 = "a" * 63

# text, stored, shown, registrable
GOOD = [
    ("acme.com", "acme.com", "acme.com", "acme.com"),
    ("mail.acme.com", "mail.acme.com", "mail.acme.com", "acme.com"),
    ("a.b.c.acme.co.uk", "a.b.c.acme.co.uk", "a.b.c.acme.co.uk", "acme.co.uk"),
    (
        "client.github.io",
        "client.github.io",
        "client.github.io",
        "client.github.io",
    ),  # the list's private section
    ("3m.com", "3m.com", "3m.com", "3m.com"),  # RFC 1123 section 2.1: a digit may come first
    ("1.2.3.4.com", "1.2.3.4.com", "1.2.3.4.com", "4.com"),
    ("127.0.0.1.nip.io", "127.0.0.1.nip.io", "127.0.0.1.nip.io", "nip.io"),
    ("x--y.acme.com", "x--y.acme.com", "x--y.acme.com", "acme.com"),
    ("r3---sn-h5q7.acme.com", "r3---sn-h5q7.acme.com", "r3---sn-h5q7.acme.com", "acme.com"),
    (
        "acme.invalid-tld",
        "acme.invalid-tld",
        "acme.invalid-tld",
        "acme.invalid-tld",
    ),  # the list's prevailing rule `*`
    (f"{LABEL_63}.com", f"{LABEL_63}.com", f"{LABEL_63}.com", f"{LABEL_63}.com"),  # RFC 1035 section 2.3.4
    # folded: RFC 4343 (case), RFC 1034 section 3.1 (the root's dot)
    ("MAIL.Acme.COM", "mail.acme.com", "mail.acme.com", "acme.com"),
    ("acme.com.", "acme.com", "acme.com", "acme.com"),
    ("ACME.com.", "acme.com", "acme.com", "acme.com"),
    # IDNA 2008 (RFC 5891) after UTS 46
    ("bücher.de", "xn--bcher-kva.de", "bücher.de", "xn--bcher-kva.de"),
    ("Bücher.DE", "xn--bcher-kva.de", "bücher.de", "xn--bcher-kva.de"),
    ("bu\u0308cher.de", "xn--bcher-kva.de", "bücher.de", "xn--bcher-kva.de"),  # decomposed
    ("straße.de", "xn--strae-oqa.de", "straße.de", "xn--strae-oqa.de"),  # not transitional: ß isn't ss
    ("例え.テスト", "xn--r8jz45g.xn--zckzah", "例え.テスト", "xn--r8jz45g.xn--zckzah"),
    ("例え。テスト", "xn--r8jz45g.xn--zckzah", "例え.テスト", "xn--r8jz45g.xn--zckzah"),  # U+3002 is a dot
    ("xn--bcher-kva.de", "xn--bcher-kva.de", "xn--bcher-kva.de", "xn--bcher-kva.de"),
    ("XN--BCHER-KVA.de", "xn--bcher-kva.de", "xn--bcher-kva.de", "xn--bcher-kva.de"),
    ("mail.xn--bcher-kva.de", "mail.xn--bcher-kva.de", "mail.xn--bcher-kva.de", "xn--bcher-kva.de"),
    ("ａｃｍｅ.com", "acme.com", "acme.com", "acme.com"),  # full-width letters
    ("ｂüｃｈｅｒ｡de", "xn--bcher-kva.de", "bücher.de", "xn--bcher-kva.de"),
    ("x--y.bücher.de", "x--y.xn--bcher-kva.de", "x--y.bücher.de", "xn--bcher-kva.de"),
    ("BÜCHER.xn--p1ai", "xn--bcher-kva.xn--p1ai", "bücher.рф", "xn--bcher-kva.xn--p1ai"),
    # for documentation and tests (RFC 6761 section 6); and names that only look special
    ("acme.example", "acme.example", "acme.example", "acme.example"),
    ("acme.test", "acme.test", "acme.test", "acme.test"),
    ("local.acme.com", "local.acme.com", "local.acme.com", "acme.com"),
    ("mylocal.com", "mylocal.com", "mylocal.com", "mylocal.com"),
    # a homograph is another name, never the one it looks like: with Cyrillic а
    ("аcme.com", "xn--cme-5cd.com", "аcme.com", "xn--cme-5cd.com"),
]

BAD = [
    # nothing
    "",
    ".",
    "..",
    " ",
    # addresses
    "127.0.0.1",
    "127.0.0.1.",
    "255.255.255.255",
    "127.1",
    "0x7f.0.0.1",
    "2130706433",
    "１２７.0.0.1",
    "::1",
    "[::1]",
    "2001:db8::1",
    "[2001:db8::1]",
    "::ffff:127.0.0.1",
    "fe80::1%eth0",
    "1.2.3.4.5",  # no top-level domain is all digits (RFC 3696 section 2)
    # public suffixes, ICANN's and private
    "com",
    "co.uk",
    "CO.UK.",
    "github.io",
    "s3.amazonaws.com",
    "рф",
    "xn--p1ai",
    "网络.cn",
    # single labels
    "localhost",
    "acme",
    "bücher",
    # empty labels
    ".acme.com",
    "acme..com",
    "acme.com..",
    "acme.com。。",
    "acme.com。",  # a dot of another script at the end is no root's dot
    # lengths
    f"a{LABEL_63}.com",
    f"{'ü' * 63}.com",
    ".".join(["a" * 50] * 5),
    "a." * 4000 + "com",
    "ü" * 8192 + ".com",
    # characters
    "_dmarc.acme.com",
    "ac_me.com",
    "acme com.com",
    " acme.com",
    "acme.com ",
    "acme.com\n",
    "acme\t.com",
    "acme.com\x00",
    "ac\x00me.com",
    "acme.com\r\nBcc: x@y.z",
    "acme.com/path",
    "https://acme.com",
    "acme.com:25",
    "user@acme.com",
    "*.acme.com",
    "acme,com",
    "acme\\.com",
    "<acme.com>",
    '"acme.com"',
    "a%00b.com",
    "../../etc/passwd",
    "ac\u200bme.com.\u200b",  # zero-width spaces
    "acme.com\u202e",
    "acme\u3000.com",
    "\ud800.com",
    "\u0300acme.com",  # begins with a combining mark (RFC 5891 section 4.2.3.2)
    "😀.com",  # IDNA 2008 has no emoji (RFC 5892)
    "i❤.ws",
    # special-use names that are in no public DNS
    "app.localhost",
    "acme.invalid",
    "printer.local",
    "mail.printer.local.",
    "ＰＲＩＮＴＥＲ。local",
    "expyuzz4wqqyqhjn.onion",
    "nas.home.arpa",
    "home.arpa",
    "name.alt",
    "mail.corp.internal",
    # hyphens at the ends (RFC 1123 section 2.1)
    "-acme.com",
    "acme-.com",
    "acme.-com",
    "-.com",
    "-ü.com",
    # what claims to be an A-label and isn't (RFC 5890 section 2.3.2.1)
    "xn--.com",
    "xn--a.com",
    "xn--zzzzzzzzzzzzzzzzzzzzzzz.com",
    "xn--bcher-kva-.com",
    "xn--acme-.com",
    "xn--ls8h.la",  # an emoji's
    "mail.xn--999999999.com",
    "xn--bücher.de",
]


@pytest.mark.parametrize(("text", "stored", "shown", "registrable"), GOOD)
def test_a_name_is_stored_in_a_labels_and_shown_in_u_labels_unless_it_was_given_in_a_labels(
    text, stored, shown, registrable
):
    assert parse_domain_name(text, RULES) == DomainName(stored, shown, registrable)


@pytest.mark.parametrize("text", BAD)
def test_what_names_no_domain_that_can_be_registered_is_refused(text):
    with pytest.raises(DomainNameError):
        parse_domain_name(text, RULES)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "must not be empty"),
        ("127.0.0.1", "not an IP address"),
        ("co.uk", "public suffix"),
        ("localhost", "not a valid domain name"),
        ("a." * 200 + "com", f"longer than {MAXIMUM_LENGTH}"),
        (f"{'ü.' * 26}com", f"longer than {MAXIMUM_LENGTH}"),  # short as it is written, long in A-labels
    ],
)
def test_the_refusal_says_why(text, reason):
    with pytest.raises(DomainNameError, match=reason):
        parse_domain_name(text, RULES)


def test_the_longest_name_leaves_room_for_its_dkim_records():
    # RFC 1035 section 2.3.4: 253 characters for `<32 characters>._domainkey.<name>`.
    longest = ".".join([LABEL_63, LABEL_63, LABEL_63, "a" * 13, "com"])

    assert len(longest) == MAXIMUM_LENGTH
    assert len(f"{'t' * 32}._domainkey.{longest}") == 253
    assert parse_domain_name(longest, RULES).ascii == longest
    with pytest.raises(DomainNameError):
        parse_domain_name(f"a{longest}", RULES)


@given(st.text(max_size=80))
def test_no_text_makes_the_parser_raise_anything_else(text):
    try:
        name = parse_domain_name(text, RULES)
    except DomainNameError:
        return
    assert name.ascii.isascii()
    assert name.ascii == name.ascii.lower()
    assert name.ascii.endswith(name.registrable)


@given(
    st.from_regex(r"[a-zäöü\u4e00-\u4e20-]{1,20}(\.[a-z0-9-]{1,10}){0,2}\.(com|de|co\.uk)", fullmatch=True)
)
def test_what_is_stored_is_stored_the_same_when_it_is_parsed_again(text):
    try:
        name = parse_domain_name(text, RULES)
    except DomainNameError:
        return
    again = parse_domain_name(name.ascii, RULES)
    assert (again.ascii, again.registrable) == (name.ascii, name.registrable)
