"""Sending domains over HTTP, from the event to the answer, with real DNS packets and the local cloud's SES."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.golden.reading import seed, shape

EVENTS = Path(__file__).parents[3] / "events"


def only(answer, status):
    assert answer.status == status, answer.text
    return answer.json


def documented(answer: dict, golden: dict) -> dict:
    """The part of an answer that the document has; additive fields are welcome."""
    return {key: answer[key] for key in golden}


# --- Sendara ----------------------------------------------------------------------------------------------------------


def test_the_example_event_is_answered(domains, mine):
    event = json.loads((EVENTS / "http_api_request.json").read_text())
    event["headers"]["authorization"] = f"Bearer {mine.sendara}"

    answer = domains.function(event)
    assert (answer["statusCode"], json.loads(answer["body"])["domain"]) == (201, "mail.acme.com")


def test_a_registration_has_the_shape_of_the_guides(domains, mine):
    answer = only(domains.register(mine), 201)

    golden = seed("sendara_domain.json")
    assert shape(documented(answer, golden)) == shape(golden)
    assert answer["domain"] == "mail.acme.com"
    assert answer["created_at"] == answer["updated_at"]


def test_a_registered_domain_is_shown_by_name_by_id_and_in_the_list(domains, mine):
    made = only(domains.register(mine), 201)

    for named in ("mail.acme.com", "MAIL.ACME.COM.", "mail.acme%2Ecom", made["id"]):
        assert only(domains.show(mine, named), 200) == made
    assert domains.list(mine) == [made]


def test_a_domain_goes_from_pending_to_fully_verified(domains, mine):
    records = only(domains.register(mine), 201)["dns_records"]
    domains.publish("acme.com")
    pending = only(domains.verify(mine, "mail.acme.com"), 200)
    assert pending["fully_verified"] is False
    assert [row["status"] for row in pending["results"]] == ["pending"] * 6
    assert all(row["detail"] for row in pending["results"])

    domains.outside.publish("acme.com", records)
    verified = only(domains.verify(mine, "mail.acme.com"), 200)
    assert verified["fully_verified"] is True
    assert [row["status"] for row in verified["results"]] == ["verified"] * 6
    assert all("detail" not in row for row in verified["results"])
    assert [(row["type"], row["name"]) for row in verified["results"]] == [
        (record["type"], record["name"]) for record in records
    ]

    shown = only(domains.show(mine, "mail.acme.com"), 200)
    assert {shown[field] for field in ("dkim_status", "spf_status", "dmarc_status", "txt_status")} == {
        "verified"
    }


def test_verification_has_the_shape_of_the_guides(domains, mine):
    records = only(domains.register(mine), 201)["dns_records"]
    domains.outside.publish("acme.com", records[:5])
    answer = only(domains.verify(mine, "mail.acme.com"), 200)

    golden = seed("sendara_verification.json")
    assert {key: answer[key] for key in ("domain", "fully_verified")} == {
        key: golden[key] for key in ("domain", "fully_verified")
    }
    for row, golden_row in zip(answer["results"], golden["results"], strict=True):
        assert {key: row[key] for key in ("field", "type", "status")} == {
            key: golden_row[key] for key in ("field", "type", "status")
        }
        assert ("detail" in row) is ("detail" in golden_row)


def test_verifying_by_id_and_again_is_the_same(domains, mine):
    made = only(domains.register(mine), 201)
    domains.outside.publish("acme.com", made["dns_records"])

    assert only(domains.verify(mine, made["id"]), 200) == only(domains.verify(mine, "mail.acme.com"), 200)


def test_an_idn_is_stored_in_a_labels_and_shown_as_given(domains, mine):
    made = only(domains.register(mine, "Bücher.de."), 201)

    assert made["domain"] == "bücher.de"
    assert made["mail_from_domain"] == "mail.xn--bcher-kva.de"
    assert [record["name"] for record in made["dns_records"]][-1] == "_dmarc.xn--bcher-kva.de"
    for named in ("b%C3%BCcher.de", "bücher.de", "xn--bcher-kva.de"):
        assert only(domains.show(mine, named), 200) == made
    assert only(domains.register(mine, "xn--bcher-kva.de"), 409)


@pytest.mark.parametrize("again", ["mail.acme.com", "MAIL.acme.com", "mail.acme.com."])
def test_the_same_domain_twice_is_a_conflict_in_either_dialect(domains, mine, again):
    only(domains.register(mine), 201)

    assert only(domains.register(mine, again), 409)["error"]["code"] == "domain_exists"
    assert only(domains.register_at_sendmailos(mine, again), 409)["code"] == "CONFLICT"
    assert len(domains.list(mine)) == 1


# --- SendMailOS -------------------------------------------------------------------------------------------------------


def test_a_registration_at_sendmailos_has_the_shape_of_the_references(domains, mine):
    answer = domains.register_at_sendmailos(
        mine,
        "yourcompany.com",
        external_id="client_domain_123",
        metadata={"client_name": "Acme Corp", "plan": "enterprise"},
    )
    body, golden = only(answer, 201), seed("sendmailos_registration.json")

    assert body["success"] is True
    assert shape(documented(body["domain"], golden["domain"])) == shape(golden["domain"])
    for key in ("domain_name", "status", "external_id", "metadata"):
        assert body["domain"][key] == golden["domain"][key]
    assert [record["value"] for record in body["domain"]["dns_records"]] == [
        f"{token}.dkim.amazonses.com" for token in body["domain"]["dkim_tokens"]
    ]


def test_one_store_serves_both_dialects(domains, mine):
    made = only(domains.register(mine), 201)
    domains.outside.publish("acme.com", made["dns_records"])
    only(domains.verify(mine, made["id"]), 200)
    only(domains.register_at_sendmailos(mine, "marketing.yourcompany.com"), 201)

    listed = domains.list_at_sendmailos(mine)
    golden = seed("sendmailos_list.json")["domains"]
    assert [shape(documented(domain, golden[0])) for domain in listed] == [
        shape(golden[0] | {"external_id": None, "metadata": {}}),
        shape(golden[1]),
    ]
    assert [(one["domain_name"], one["status"]) for one in listed] == [
        ("mail.acme.com", "verified"),
        ("marketing.yourcompany.com", "pending"),
    ]
    assert [one["domain"] for one in domains.list(mine)] == ["mail.acme.com", "marketing.yourcompany.com"]


def test_no_domains_are_empty_lists(domains, mine):
    assert domains.list(mine) == []
    assert domains.list_at_sendmailos(mine) == []


# --- bad input --------------------------------------------------------------------------------------------------------

BAD_BODIES = [
    {},
    {"domain": None},
    {"domain": ""},
    {"domain": 5},
    {"domain": ["acme.com"]},
    {"domain": "co.uk"},
    {"domain": "127.0.0.1"},
    {"domain": "[::1]"},
    {"domain": "localhost"},
    {"domain": "a" * 8192},
    {"domain": "a_b.com"},
    {"domain": "xn--zzzzzzzzzzzzzzzzzzzzzzz.com"},
    {"domain": "😀.com"},
    {"domain": "acme.com\r\nBcc: x"},
    {"domain": "\ud800.com"},
    {"domain": "amy@acme.com"},
    {"domain": "https://acme.com/"},
    {"name": "acme.com"},
]


def test_bad_input_is_a_400_that_names_the_field_and_leaves_nothing(domains, mine):
    for body in BAD_BODIES:
        sendara = domains.function.call("POST", "/v1/domains", mine.sendara, json=body)
        sendmailos = domains.function.call("POST", "/api/v1/domains", mine.sendmailos, json=body)

        assert (sendara.status, sendara.json["error"]["code"]) == (400, "invalid_request"), body
        assert sendara.json["error"]["message"].startswith("domain: "), body
        assert (sendmailos.status, sendmailos.json["code"]) == (400, "VALIDATION_ERROR"), body
        assert sendmailos.json["error"].startswith("domain: "), body
    assert domains.list(mine) == []
    assert domains.outside.identities == {}


@pytest.mark.parametrize(
    "poison",
    ['{"x": "\\ud800"}', '{"\\udfff": 1}', '{"x": 1e999}', '{"x": NaN}'],
)
def test_no_metadata_can_make_an_accounts_list_unreadable(domains, mine, poison):
    body = f'{{"domain": "acme.com", "metadata": {poison}}}'
    answer = domains.function.call("POST", "/api/v1/domains", mine.sendmailos, body=body)

    assert answer.status == 400
    assert domains.list_at_sendmailos(mine) == []


def test_metadata_comes_back_as_it_was_given(domains, mine):
    metadata = {"ü😀": [1, 1.5, True, None, {"deep": {"er": []}}], "": " ", "u2028": "\u2028</script>"}
    only(domains.register_at_sendmailos(mine, "acme.com", metadata=metadata), 201)

    assert domains.list_at_sendmailos(mine)[0]["metadata"] == metadata


UNKNOWN = [
    "nobodys.com",
    "dom_" + "0" * 32,
    "dom_1f8c0a2b3d4e5f60718293a4b5c6d7e8",
    "0p7kx4xzyz49yjre",
    "550e8400-e29b-41d4-a716-446655440000",
    "..",
    "%2e%2e",
    "..%2F..%2Fapi%2Fv1%2Fdomains",
    "mail.acme.com%00",
    "%00",
    "%2F",
    "%ff%fe",
    "mail.acme.com%0A",
    "*",
    "localhost",
    "x" * 8192,
]


def test_what_nobody_has_is_not_found(domains, mine):
    only(domains.register(mine), 201)
    answers = {named: [domains.show(mine, named), domains.verify(mine, named)] for named in UNKNOWN}

    assert {
        (answer.status, answer.json["error"]["code"]) for both in answers.values() for answer in both
    } == {(404, "not_found")}
