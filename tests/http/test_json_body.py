"""A request body as a JSON object, read strictly (RFC 8259)."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.dialects.problem import InvalidBodyError
from letterhead.http.json_body import DEEPEST_NESTING, read_json_object

NOTHING = [b"", b" ", b"\r\n\t ", b"null", b" null "]
REFUSED = [
    # not JSON
    (b"{", "isn't valid JSON"),
    (b"domain=acme.com", "isn't valid JSON"),
    (b"{'domain': 'acme.com'}", "isn't valid JSON"),
    (b'{"domain": "acme.com",}', "isn't valid JSON"),
    (b'{"domain": "acme.com"} {}', "isn't valid JSON"),
    (b'{"domain": "acme.com"', "isn't valid JSON"),
    (b'{"domain": "ac\nme.com"}', "isn't valid JSON"),  # a control character within a string
    (b'{"domain": "\x00"}', "isn't valid JSON"),
    (b"{domain: 1}", "isn't valid JSON"),
    (b'{"a": 01}', "isn't valid JSON"),
    (b'{"a": .5}', "isn't valid JSON"),
    (b'{"a": 0x1f}', "isn't valid JSON"),
    (b'{"a": True}', "isn't valid JSON"),
    (b"// no comment\n{}", "isn't valid JSON"),
    (b'{"a": "\\x41"}', "isn't valid JSON"),
    # numbers that JSON has no words for
    (b'{"a": NaN}', "NaN isn't JSON"),
    (b'{"a": Infinity}', "Infinity isn't JSON"),
    (b'{"a": [-Infinity]}', "-Infinity isn't JSON"),
    (b'{"a": 1e999}', "number that is too large"),
    (b'{"a": -1e999}', "number that is too large"),
    (b'{"a": ' + b"9" * 5000 + b"}", "number that is too large"),
    # not an object
    (b"[]", "must be a JSON object"),
    (b'[{"domain": "acme.com"}]', "must be a JSON object"),
    (b'"acme.com"', "must be a JSON object"),
    (b"0", "must be a JSON object"),
    (b"true", "must be a JSON object"),
    (b"1.5", "must be a JSON object"),
    # the same key twice: two readers could see two different requests (RFC 8259 section 4)
    (b'{"domain": "a.com", "domain": "b.com"}', "the same key twice"),
    (b'{"a": {"b": 1, "b": 1}}', "the same key twice"),
    (b'{"a": 1, "\\u0061": 2}', "the same key twice"),
    # not UTF-8
    (b'{"domain": "\xff"}', "isn't valid UTF-8"),
    (b'{"domain": "b\xfccher.de"}', "isn't valid UTF-8"),  # Latin-1
    (b'{"domain": "\xed\xa0\x80"}', "isn't valid UTF-8"),  # a surrogate
    (b'{"domain": "\xc0\xaf"}', "isn't valid UTF-8"),  # overlong
    ('{"domain": "acme.com"}'.encode("utf-16"), "isn't valid UTF-8"),
    ('{"domain": "acme.com"}'.encode("utf-16-le"), "isn't valid JSON"),
    # too deep
    (b'{"a":' * 33 + b"1" + b"}" * 33, "nested too deeply"),
    (b'{"a":' + b"[" * 32 + b"]" * 32 + b"}", "nested too deeply"),
    (b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}", "nested too deeply"),
    (b"[" * 200_000, "nested too deeply"),
]


@pytest.mark.parametrize("body", NOTHING)
def test_no_body_and_null_are_an_empty_object(body):
    # Official clients send a literal null where there is nothing to say (contracts E).
    assert read_json_object(body) == {}


@pytest.mark.parametrize(("body", "reason"), REFUSED, ids=lambda value: str(value)[:40])
def test_anything_that_is_no_plain_json_object_is_refused_with_a_reason(body, reason):
    with pytest.raises(InvalidBodyError) as refused:
        read_json_object(body)
    assert reason in str(refused.value)


def test_a_reason_tells_the_place_and_never_the_body():
    with pytest.raises(InvalidBodyError) as refused:
        read_json_object(b'{"secret": "hunter2",\n oops}')
    assert "line 2, column 2" in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    "body",
    [
        b'\xef\xbb\xbf{"domain": "acme.com"}',  # a byte order mark may be ignored (RFC 8259 section 8.1)
        b' {"domain":\t"acme.com"}\r\n',
        b'{"domain": "\\u0061cme.com"}',
    ],
)
def test_what_rfc_8259_allows_is_read(body):
    assert read_json_object(body) == {"domain": "acme.com"}


def test_objects_may_be_nested_as_deep_as_it_says():
    body = b'{"a":' * DEEPEST_NESTING + b"1" + b"}" * DEEPEST_NESTING

    assert read_json_object(body)


def test_width_is_not_depth():
    body = json.dumps({str(number): [[]] for number in range(5000)}).encode()

    assert len(read_json_object(body)) == 5000


@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise_anything_else(body):
    with contextlib.suppress(InvalidBodyError):
        assert isinstance(read_json_object(body), dict)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), json_values, max_size=5))
def test_what_a_json_writer_wrote_is_read_as_it_was_meant(value):
    assert read_json_object(json.dumps(value).encode()) == value
