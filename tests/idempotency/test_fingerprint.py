"""Which requests ask the same."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letterhead.idempotency.fingerprint import fingerprint

SAME = [
    (b'{"a":1,"b":[true,null]}', b' { "b" : [ true , null ] ,\r\n "a" : 1 }\n'),
    (b'{"a":1}', b'{"a":1.0}'),
    (b'{"a":100}', b'{"a":1e2}'),
    (b'{"a":100}', b'{"a":1.00E+2}'),
    (b'{"a":0.1}', b'{"a":1e-1}'),
    (b'{"a":0.5}', b'{"a":0.50}'),
    (b'{"a":0}', b'{"a":-0.0}'),
    (b'{"a":0}', b'{"a":0e500}'),
    (b'{"a":12345678901234567890}', b'{"a":1234567890123456789e1}'),
    ('{"a":"é"}'.encode(), b'{"a":"\\u00e9"}'),
    (b'{"a":"/"}', b'{"a":"\\/"}'),
    (b'\xef\xbb\xbf{"a":1}', b'{"a":1}'),
    (b"", b"null"),
    (b" \n", b""),
    (b"\xff\xfe", b"\xff\xfe"),
    (b'{"a":NaN}', b'{"a":NaN}'),
]
DIFFERENT = [
    (b'{"a":1}', b'{"a":2}'),
    (b'{"a":1}', b'{"a":"1"}'),
    (b'{"a":1}', b'{"a":true}'),
    (b'{"a":0}', b'{"a":false}'),
    (b'{"a":null}', b"{}"),
    (b"{}", b""),
    (b"[1,2]", b"[2,1]"),
    (b'{"a":" b"}', b'{"a":"b"}'),
    (b'{"a":12345678901234567890}', b'{"a":12345678901234567891}'),
    (b'{"a":1,"a":2}', b'{"a":2}'),
    (b'{"a":1,"a":2}', b'{"a":1, "a":2}'),
    (b'{"a":NaN}', b'{"a": NaN}'),
    (b"\xff", b"\xfe"),
    (b"[" * 100_000, b"[" * 100_001),
    (b"1e999999999999999999999", b"2e999999999999999999999"),
    (b"9" * 5_000, b"8" * 5_000),
    (b'"\\ud800"', b'"\\ud801"'),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_bodies_that_mean_the_same_are_the_same(one, other):
    assert fingerprint(one) == fingerprint(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_bodies_differ(one, other):
    assert fingerprint(one) != fingerprint(other)


def test_the_query_belongs_to_what_is_asked_in_any_order():
    channel, recipient = ("channel", "email"), ("recipient", "amy@example.com")
    assert fingerprint(b"", [channel, recipient]) == fingerprint(b"", [recipient, channel])
    assert fingerprint(b"", [channel, recipient]) != fingerprint(
        b"", [channel, ("recipient", "bob@example.com")]
    )
    assert fingerprint(b"", [channel, channel]) != fingerprint(b"", [channel])
    assert fingerprint(b"", [channel]) != fingerprint(b"")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(JSON)
def test_how_json_is_written_never_matters(value):
    compact = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")
    spacious = json.dumps(value, indent=3, sort_keys=True).encode()
    assert fingerprint(compact) == fingerprint(spacious)


@given(st.binary(max_size=40))
def test_any_bytes_have_a_fingerprint(body):
    assert len(fingerprint(body)) == 64
