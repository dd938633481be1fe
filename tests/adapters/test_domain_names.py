"""What names mean: IDNA and public suffixes, each against its own authority's examples."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from letterhead.adapters.domain_names import DomainNames

NAMES = DomainNames()
LAYER = Path(__file__).parents[2] / "layers" / "letterhead"

# From the public suffix list's own test vectors (publicsuffix.org/list, test_psl.txt): a name, its registrable domain.
SUFFIXES = [
    ("com", None),
    ("example.com", "example.com"),
    ("b.example.com", "example.com"),
    ("a.b.example.com", "example.com"),
    ("uk.com", None),
    ("example.uk.com", "example.uk.com"),
    ("test.ac", "test.ac"),
    ("mm", None),
    ("c.mm", None),
    ("b.c.mm", "b.c.mm"),
    ("a.b.c.mm", "b.c.mm"),
    ("jp", None),
    ("test.jp", "test.jp"),
    ("ac.jp", None),
    ("test.ac.jp", "test.ac.jp"),
    ("kyoto.jp", None),
    ("ide.kyoto.jp", None),
    ("b.ide.kyoto.jp", "b.ide.kyoto.jp"),
    ("c.kobe.jp", None),
    ("b.c.kobe.jp", "b.c.kobe.jp"),
    ("city.kobe.jp", "city.kobe.jp"),
    ("www.city.kobe.jp", "city.kobe.jp"),
    ("ck", None),
    ("test.ck", None),
    ("www.ck", "www.ck"),
    ("www.www.ck", "www.ck"),
    ("k12.ak.us", None),
    ("www.test.k12.ak.us", "test.k12.ak.us"),
    ("xn--85x722f.com.cn", "xn--85x722f.com.cn"),
    ("www.xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn"),
    ("shishi.xn--fiqs8s", "shishi.xn--fiqs8s"),
    ("xn--fiqs8s", None),
    ("b.example.example", "example.example"),
]

# UTS 46, table of examples; RFC 5891 section 4.
ASCII_FORMS = [
    ("example.com", "example.com"),
    ("faß.de", "xn--fa-hia.de"),
    ("βόλος.com", "xn--nxasmm1c.com"),
    ("ශ්‍රී.com", "xn--10cl1a0b660p.com"),
    ("bücher.de", "xn--bcher-kva.de"),
    ("xn--bcher-kva.de", "xn--bcher-kva.de"),
    ("a_b.com", "a_b.com"),  # whether ASCII is a host name is not for IDNA to say
]


@pytest.mark.parametrize(("name", "registrable"), SUFFIXES)
def test_the_registrable_domain_is_the_public_suffix_lists(name, registrable):
    assert NAMES.registrable_domain(name) == registrable


@pytest.mark.parametrize(("name", "ascii_form"), ASCII_FORMS)
def test_the_ascii_form_is_idna_2008s(name, ascii_form):
    assert NAMES.to_ascii(name) == ascii_form


@pytest.mark.parametrize(
    "name",
    [
        "😀.com",
        "xn--ls8h.la",
        "xn--zzzzzzzzzzzzzzzzzzzzzzz.com",
        "xn--.com",
        "xn--a.com",
        "mail.xn--999999999.com",
        "\u0300a.com",
        "a\u200db.com",  # a joiner where nothing joins (RFC 5892 appendix A)
        "\ud800.com",
        "aא1.com",  # left-to-right and right-to-left in one label (RFC 5893 section 2)
        "ü" * 64 + ".com",
        "ü..com",
    ],
)
def test_what_has_no_ascii_form_raises_a_value_error(name):
    with pytest.raises(ValueError, match=r"\w"):
        NAMES.to_ascii(name)


def test_neither_table_is_loaded_before_it_is_needed():
    # Reading the suffix list costs tens of milliseconds of a cold start.
    program = (
        "import sys; from letterhead.adapters.domain_names import DomainNames; names = DomainNames();"
        "names.to_ascii('acme.com'); print([m for m in ('idna', 'publicsuffixlist') if m in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-S", "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(LAYER)},
    )
    assert run.stdout.strip() == "[]"
