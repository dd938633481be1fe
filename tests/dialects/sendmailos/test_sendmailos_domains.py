"""SendMailOS's domains, held against the Domains API's own examples."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest

from letterhead import identifiers
from letterhead.adapters.domain_names import DomainNames
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.sendmailos import domains as sendmailos
from letterhead.domains.domain import SendingDomain
from letterhead.domains.names import DomainNameError
from letterhead.domains.records import DKIM_PURPOSES, RecordPurpose, RecordStatus
from tests.fakes.sending_domains import registered_domain
from tests.golden.reading import on_the_wire, seed, shape

RULES = DomainNames()
PENDING, VERIFIED, FAILED = RecordStatus.PENDING, RecordStatus.VERIFIED, RecordStatus.FAILED
JANUARY_15 = datetime(2024, 1, 15, 10, 30, tzinfo=UTC)


def yourcompany(**changes) -> SendingDomain:
    facts = {
        "external_id": "client_domain_123",
        "metadata": {"client_name": "Acme Corp", "plan": "enterprise"},
        "created_at": JANUARY_15,
    }
    return registered_domain("yourcompany.com", **(facts | changes))


# --- answers ----------------------------------------------------------------------------------------------------------


def test_a_registration_is_answered_as_in_the_reference():
    golden = seed("sendmailos_registration.json")
    reply = sendmailos.registered(yourcompany())
    answer = on_the_wire(reply.body)

    assert reply.status == 201
    assert shape(answer) == shape(golden)
    # The example shortens the tokens in its records' names; ours are the same in both places.
    for body in (answer, golden):
        del body["domain"]["id"], body["domain"]["dkim_tokens"]
    assert answer == golden


def test_a_list_is_answered_as_in_the_reference():
    golden = seed("sendmailos_list.json")
    first = yourcompany(
        metadata={"client_name": "Acme Corp"},
        dkim_tokens=("abc123...", "def456...", "ghi789..."),
        statuses=dict.fromkeys(DKIM_PURPOSES, VERIFIED),
        dkim_verified_at=datetime(2024, 1, 15, 14, 45, tzinfo=UTC),
    )
    second = registered_domain(
        "marketing.yourcompany.com",
        dkim_tokens=("jkl012...", "mno345...", "pqr678..."),
        created_at=datetime(2024, 1, 20, 9, tzinfo=UTC),
    )
    reply = sendmailos.listed([first, second])
    answer = on_the_wire(reply.body)

    assert reply.status == 200
    assert shape(answer) == shape(golden)
    for domain in (*answer["domains"], *golden["domains"]):
        del domain["id"]
    assert answer == golden


def test_no_domains_are_an_empty_list():
    assert on_the_wire(sendmailos.listed([]).body) == {"success": True, "domains": []}


def test_ids_are_uuids_that_lead_back():
    domain = yourcompany()
    shown = on_the_wire(sendmailos.registered(domain).body)["domain"]["id"]

    assert str(uuid.UUID(shown)) == shown
    assert identifiers.from_uuid(shown) == domain.domain_id


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        ({}, "pending"),
        (dict.fromkeys(RecordPurpose, VERIFIED), "verified"),
        (dict.fromkeys(DKIM_PURPOSES, VERIFIED), "verified"),  # DESIGN section 4: DKIM alone
        (
            dict.fromkeys(DKIM_PURPOSES, VERIFIED) | {RecordPurpose.DMARC: FAILED},
            "verified",
        ),
        ({RecordPurpose.DKIM_1: VERIFIED, RecordPurpose.DKIM_2: VERIFIED}, "pending"),
        ({RecordPurpose.DKIM_3: FAILED}, "failed"),
    ],
)
def test_the_status_follows_the_dkim_records(statuses, status):
    (shown,) = on_the_wire(sendmailos.listed([yourcompany(statuses=statuses)]).body)["domains"]

    assert shown["status"] == status


# --- requests ---------------------------------------------------------------------------------------------------------


def test_a_registration_may_carry_the_callers_own_words():
    wanted = sendmailos.read_registration(
        {
            "domain": "YourCompany.com",
            "external_id": "client_domain_123",
            "metadata": {"client_name": "Acme Corp", "nested": {"list": [1, 1.5, None, True]}},
            "workspace_id": "ws_1",
        },
        RULES,
    )

    assert wanted.name.ascii == "yourcompany.com"
    assert wanted.external_id == "client_domain_123"
    assert wanted.metadata == {"client_name": "Acme Corp", "nested": {"list": [1, 1.5, None, True]}}
    assert wanted.mail_from_label == "mail"


def test_what_is_left_out_or_null_is_nothing():
    wanted = sendmailos.read_registration(
        {"domain": "yourcompany.com", "external_id": None, "metadata": None}, RULES
    )

    assert (wanted.external_id, wanted.metadata) == (None, None)
    shown = on_the_wire(sendmailos.registered(registered_domain("yourcompany.com")).body)["domain"]
    assert (shown["external_id"], shown["metadata"]) == (None, {})


NAME = {"domain": "yourcompany.com"}
BAD_FIELDS = [
    ({}, ["domain"]),
    ({"domain": None}, ["domain"]),
    ({"domain": 5}, ["domain"]),
    ({"domain": []}, ["domain"]),
    (NAME | {"external_id": 5}, ["external_id"]),
    (NAME | {"external_id": {}}, ["external_id"]),
    (NAME | {"external_id": "x" * 256}, ["external_id"]),
    (NAME | {"external_id": "a\x00b"}, ["external_id"]),
    (NAME | {"external_id": "\udfff"}, ["external_id"]),
    (NAME | {"metadata": []}, ["metadata"]),
    (NAME | {"metadata": "text"}, ["metadata"]),
    (NAME | {"metadata": 0}, ["metadata"]),
    (NAME | {"metadata": {str(number): "" for number in range(51)}}, ["metadata"]),
    (NAME | {"metadata": {"x": "y" * 4096}}, ["metadata"]),
    (NAME | {"metadata": {"\ud800": 1}}, ["metadata"]),  # a lone surrogate has no UTF-8 (RFC 3629 section 3)
    (NAME | {"metadata": {"a": {"b": ["\udc00"]}}}, ["metadata"]),
    ({"domain": 1, "external_id": 2, "metadata": 3}, ["domain", "external_id", "metadata"]),
]


@pytest.mark.parametrize(("body", "fields"), BAD_FIELDS)
def test_every_field_that_cannot_be_taken_is_named(body, fields):
    with pytest.raises(InvalidFieldsError) as refused:
        sendmailos.read_registration(body, RULES)
    assert list(refused.value.fields) == fields


def test_the_largest_words_of_ones_own_are_taken():
    metadata = {"x": "y" * (4096 - len('{"x":""}'))}
    wanted = sendmailos.read_registration(NAME | {"metadata": metadata, "external_id": "x" * 255}, RULES)

    assert wanted.metadata == metadata
    assert len(wanted.external_id) == 255


@pytest.mark.parametrize("name", ["co.uk", "127.0.0.1", "localhost", "-a.com", "a" * 8192])
def test_a_registration_of_what_is_no_domain_is_refused(name):
    with pytest.raises(DomainNameError):
        sendmailos.read_registration({"domain": name}, RULES)
