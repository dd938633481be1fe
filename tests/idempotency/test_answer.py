"""What of an answer is kept."""

from __future__ import annotations

import json

import pytest

from letterhead.idempotency.answer import LARGEST, Answer, SecretNotFoundError, without_secrets


def answer(status=201, body="{}", **headers):
    return Answer(status, body, "application/json", headers)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 400, 403, 404, 409, 413, 422])
def test_success_and_refusal_are_final(status):
    assert answer(status).is_final


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_failure_or_too_high_a_pace_is_not(status):
    assert not answer(status).is_final


def test_an_answer_fits_up_to_350_kilobytes_all_told():
    room = LARGEST - len("application/json") - len("x-message-id") - 3
    assert answer(body="é" * (room // 2), **{"x-message-id": "abc"}).fits
    assert not answer(body="é" * (room // 2 + 1), **{"x-message-id": "abc"}).fits


@pytest.mark.parametrize(
    ("body", "secrets", "kept"),
    [
        (
            {"data": {"id": "a", "accessToken": "mlsn.x"}},
            ["/data/accessToken"],
            {"data": {"id": "a", "accessToken": None}},
        ),
        ({"key": "sk_live_x", "id": "a"}, ["/key"], {"key": None, "id": "a"}),
        ({"keys": [{"key": "x"}, {"key": "y"}]}, ["/keys/1/key"], {"keys": [{"key": "x"}, {"key": None}]}),
        ({"a": "x", "b": "y"}, ["/a", "/b"], {"a": None, "b": None}),
        ({"a/b": {"m~n": "x"}}, ["/a~1b/m~0n"], {"a/b": {"m~n": None}}),
        ({"": "x"}, ["/"], {"": None}),
        ({"a": {"b": "x"}}, ["/a"], {"a": None}),
        ({"a": 1}, [], {"a": 1}),
    ],
)
def test_a_secret_is_null_in_what_is_kept(body, secrets, kept):
    before = json.dumps(body)
    assert without_secrets(body, secrets) == kept
    assert json.dumps(body) == before


@pytest.mark.parametrize("pointer", ["", "key", "/b", "/a/b", "/c/2", "/c/-", "/c/x", "/d/e"])
def test_a_secret_that_is_not_there_is_a_mistake(pointer):
    with pytest.raises(SecretNotFoundError):
        without_secrets({"a": "x", "c": [1, 2], "d": {}}, [pointer])
