"""Reading URLs that mean to be misread."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.adapters.outbound_http.destination import destination
from letterhead.outbound.rules import NotAllowedError, Reason, Rules

REFUSED = [
    # no absolute URL
    ("", Reason.SCHEME),
    ("/hook", Reason.SCHEME),
    ("hooks.acme.com/x", Reason.SCHEME),
    ("//hooks.acme.com/x", Reason.SCHEME),
    ("https:hooks.acme.com", Reason.HOST),
    ("https:///hooks.acme.com", Reason.HOST),
    ("https://", Reason.HOST),
    ("https://:443/", Reason.HOST),
    # other schemes
    ("http://hooks.acme.com/", Reason.SCHEME),
    ("ftp://hooks.acme.com/", Reason.SCHEME),
    ("file:" + "///etc/passwd", Reason.SCHEME),
    ("gopher://127.0.0.1:6379/_INFO", Reason.SCHEME),
    ("javascript:alert(1)", Reason.SCHEME),
    # ports
    ("https://hooks.acme.com:8443/", Reason.PORT),
    ("https://hooks.acme.com:0/", Reason.PORT),
    ("https://hooks.acme.com:22/", Reason.PORT),
    ("https://hooks.acme.com:99999/", Reason.URL),
    ("https://hooks.acme.com:x/", Reason.URL),
    # credentials, and hosts dressed as such
    ("https://user:secret@hooks.acme.com/", Reason.CREDENTIALS),
    ("https://hooks.acme.com@169.254.169.254/", Reason.CREDENTIALS),
    ("https://@hooks.acme.com/", Reason.CREDENTIALS),
    ("https://hooks.acme.com\\@169.254.169.254/", Reason.URL),
    ("https://hooks.acme.com#@169.254.169.254/", Reason.FRAGMENT),
    ("https://hooks.acme.com/#part", Reason.FRAGMENT),
    ("https://hooks.acme.com/#", Reason.FRAGMENT),
    # addresses in every spelling
    ("https://127.0.0.1/", Reason.ADDRESS),
    ("https://169.254.169.254/latest/meta-data/", Reason.ADDRESS),
    ("https://10.0.0.1/", Reason.ADDRESS),
    ("https://0.0.0.0/", Reason.ADDRESS),
    ("https://2130706433/", Reason.HOST),
    ("https://0177.0.0.1/", Reason.HOST),
    ("https://0x7f.0.0.1/", Reason.HOST),
    ("https://0x7f000001/", Reason.HOST),
    ("https://127.1/", Reason.HOST),
    ("https://127.0.0.1./", Reason.ADDRESS),
    ("https://1.2.3.4.5/", Reason.HOST),
    ("https://acme.0x7f/", Reason.HOST),
    ("https://１２７.０.０.１/", Reason.ADDRESS),
    ("https://127。0。0。1/", Reason.ADDRESS),
    ("https://①②⑦.⓪.⓪.①/", Reason.ADDRESS),
    ("https://[::1]/", Reason.ADDRESS),
    ("https://[::]/", Reason.ADDRESS),
    ("https://[::ffff:127.0.0.1]/", Reason.ADDRESS),
    ("https://[::ffff:8.8.8.8]/", Reason.ADDRESS),
    ("https://[64:ff9b::7f00:1]/", Reason.ADDRESS),
    ("https://[fe80::1%25eth0]/", Reason.HOST),
    ("https://[fe80::1%eth0]/", Reason.HOST),
    ("https://[2600::1%25eth0]/", Reason.HOST),
    ("https://[127.0.0.1]/", Reason.URL),
    ("https://[v1.x]/", Reason.HOST),
    ("https://[2600::1/", Reason.URL),
    # names
    ("https://localhost/", Reason.HOST),
    ("https://LOCALHOST./", Reason.HOST),
    ("https://ⓛocalhost/", Reason.HOST),
    ("https://vault.internal/", Reason.HOST),
    ("https://printer.local/", Reason.HOST),
    ("https://acme..com/", Reason.HOST),
    ("https://.acme.com/", Reason.HOST),
    ("https://-acme.com/", Reason.HOST),
    ("https://acme.com:443:443/", Reason.URL),
    ("https://ac%6de.com/", Reason.HOST),
    ("https://" + "a" * 64 + ".com/", Reason.HOST),
    ("https://" + "a." * 127 + "com/", Reason.HOST),
    ("https://xn--\u00fc.com/", Reason.HOST),
    ("https://a\u2100b.com/", Reason.URL),
    # what some programs drop and others don't
    ("https://hooks.acme.com/\r\nX-Injected: 1", Reason.URL),
    ("https://hooks.acme.com/\x00", Reason.URL),
    ("https://hooks\t.acme.com/", Reason.URL),
    (" https://hooks.acme.com/", Reason.URL),
    ("https://hooks.acme.com/a b", Reason.URL),
    ("https://hooks.acme.com/\u2028", Reason.URL),
    ("https://hooks.acme.com/" + "a" * 2048, Reason.URL),
]


@pytest.mark.parametrize(("url", "reason"), REFUSED)
def test_what_is_refused_on_sight(url, reason):
    with pytest.raises(NotAllowedError) as refused:
        destination(url, Rules())

    assert refused.value.reason is reason


READ = [
    ("https://hooks.acme.com", "hooks.acme.com", "/"),
    ("https://Hooks.ACME.com./a", "hooks.acme.com", "/a"),
    ("HTTPS://hooks.acme.com:443/a?b=c&d=%20", "hooks.acme.com", "/a?b=c&d=%20"),
    ("https://hooks.acme.com:/a", "hooks.acme.com", "/a"),
    ("https://hooks.acme.com?x", "hooks.acme.com", "/?x"),
    ("https://bücher.example/ö?ä=ü", "xn--bcher-kva.example", "/%C3%B6?%C3%A4=%C3%BC"),
    ("https://xn--bcher-kva.example/", "xn--bcher-kva.example", "/"),
    ("https://8.8.8.8/", "8.8.8.8", "/"),
    ("https://[2600:0::1]/", "2600::1", "/"),
    ("https://my_host.acme.com/", "my_host.acme.com", "/"),
    ("https://hooks.acme.com//169.254.169.254/", "hooks.acme.com", "//169.254.169.254/"),
    ("https://hooks.acme.com/@x", "hooks.acme.com", "/@x"),
]


@pytest.mark.parametrize(("url", "host", "target"), READ)
def test_what_is_read(url, host, target):
    to = destination(url, Rules())

    assert (to.scheme, to.host, to.port, to.target) == ("https", host, 443, target)


@pytest.mark.parametrize(
    ("url", "header"),
    [
        ("https://hooks.acme.com/", "hooks.acme.com"),
        ("https://[2600::1]/", "[2600::1]"),
        ("http://localhost:5000/", "localhost:5000"),
        ("http://localhost/", "localhost"),
        ("https://localhost:80/", "localhost:80"),
    ],
)
def test_the_host_header_has_the_port_if_it_isnt_the_schemes_own(url, header):
    assert destination(url, Rules(emulated=True)).host_header == header


@given(st.text(max_size=60), st.sampled_from(["https://", "https://a.com", "https://[", ""]))
def test_whatever_the_text_it_is_read_or_refused(text, start):
    try:
        to = destination(start + text, Rules())
    except NotAllowedError:
        return
    assert to.host
    assert to.host.isascii()
    assert to.target.isascii()
    assert to.target.startswith("/")
    assert not set(to.target + to.host) & set(" \r\n\t\0\\")
