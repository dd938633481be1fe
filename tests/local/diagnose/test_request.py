"""What is to be checked: given, saved, or asked for."""

from __future__ import annotations

import pytest

from local.diagnose.request import DiagnosisRequest, RequestError, completed, from_saved, saved
from local.diagnose.resolver import read_resolver
from tests.domains.diagnosis.cases import TOKENS

SAVED = DiagnosisRequest("acme.test", "bounce.acme.test", TOKENS, "dkim.amazonses.com", "eu-west-1")


def test_what_is_missing_is_asked_for_with_the_usual_answer_ready():
    asked: list[tuple[str, str]] = []

    def ask(question: str, usual: str) -> str:
        asked.append((question, usual))
        return " ".join(TOKENS) if "tokens" in question else usual

    request = completed("Acme.TEST.", {}, None, ask)
    assert request == DiagnosisRequest(
        "acme.test", "mail.acme.test", TOKENS, "dkim.amazonses.com", "us-east-1"
    )
    assert [usual for _, usual in asked] == ["mail.acme.test", "", "us-east-1"]


def test_what_is_given_is_not_asked_for():
    given = {"mail_from": "bounce.acme.test", "dkim_tokens": list(TOKENS), "region": "eu-west-1"}
    assert completed("acme.test", given, None, pytest.fail) == SAVED


def test_a_saved_domain_answers_everything_and_can_be_overruled():
    assert completed("acme.test", {}, SAVED, pytest.fail) == SAVED
    assert completed("acme.test", {"region": "us-west-2"}, SAVED, pytest.fail).region == "us-west-2"


def test_a_token_may_be_given_as_its_record_s_name_or_target():
    names = [f"{token}._domainkey.acme.test" for token in TOKENS]
    assert completed("acme.test", {"dkim_tokens": names}, None, None).dkim_tokens == TOKENS


def test_what_is_saved_is_read_again():
    assert from_saved(saved(SAVED)) == SAVED


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"dns_records": []}', '{"domain": 1}'])
def test_what_was_not_saved_by_anyone_is_refused(text):
    with pytest.raises(RequestError):
        from_saved(text)


@pytest.mark.parametrize(
    ("text", "address", "is_here"),
    [
        ("192.0.2.1", ("192.0.2.1", 53), False),
        ("127.0.0.1:5300", ("127.0.0.1", 5300), True),
        ("localhost:5300", ("127.0.0.1", 5300), True),
        ("[2001:db8::1]:53", ("2001:db8::1", 53), False),
        ("::1", ("::1", 53), True),
    ],
)
def test_a_resolver_is_an_address_and_a_port(text, address, is_here):
    assert read_resolver(text).address == address
    assert read_resolver(text).is_here is is_here


@pytest.mark.parametrize(
    "text", ["", "dns.test", "192.0.2.1:0", "192.0.2.1:70000", "192.0.2.1:x", "192.0.2.300"]
)
def test_anything_else_is_no_resolver(text):
    with pytest.raises(RequestError):
        read_resolver(text)
