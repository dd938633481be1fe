"""SendMailOS's domains, held against the Domains API's own examples."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from letterhead import identifiers
from letterhead.adapters.domain_names import DomainNames
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.sendmailos import domains as sendmailos
from letterhead.domains.check import Checked
from letterhead.domains.diagnosis.judgement import Seen
from letterhead.domains.domain import Ownership, SendingDomain
from letterhead.domains.names import DomainNameError
from letterhead.domains.pages import DomainPage
from letterhead.domains.records import DKIM_PURPOSES, RecordPurpose, RecordStatus
from letterhead.domains.reference import DomainReference
from letterhead.domains.verification import RecordVerdict, Verification
from tests.fakes.sending_domains import registered_domain
from tests.golden.reading import documented, on_the_wire, seed, shape

RULES = DomainNames()
ORIGIN = "https://letterhead.example"
ALL = sendmailos.read_list({})
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
    answer = documented(on_the_wire(reply.body), golden)

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
    reply = sendmailos.listed(DomainPage(ALL, (first, second)), ORIGIN)
    answer = documented(on_the_wire(reply.body), golden)

    assert reply.status == 200
    assert shape(answer) == shape(golden)
    for domain in (*answer["domains"], *golden["domains"]):
        del domain["id"]
    assert answer == golden


def test_no_domains_are_an_empty_list():
    assert on_the_wire(listed()) == {"success": True, "domains": []}


def test_a_list_that_is_too_long_for_one_answer_leads_on_by_a_link():
    domain = yourcompany()
    reply = sendmailos.listed(DomainPage(replace(ALL, size=1), (domain,)), ORIGIN)

    assert reply.headers["link"] == f'<{ORIGIN}/api/v1/domains?cursor={domain.domain_id}>; rel="next"'
    assert sendmailos.read_list({"cursor": domain.domain_id}).after == domain.domain_id


def test_a_read_is_the_registration_with_the_moment_of_the_verification():
    domain = yourcompany(dkim_verified_at=JANUARY_15)
    shown = on_the_wire(sendmailos.shown(domain).body)["domain"]

    assert shown == on_the_wire(sendmailos.registered(domain).body)["domain"] | {
        "verified_at": "2024-01-15T10:30:00Z"
    }


def test_a_contested_domain_is_pending_whatever_dns_says():
    contested = yourcompany(statuses=dict.fromkeys(RecordPurpose, VERIFIED), ownership=Ownership.CONTESTED)
    (shown,) = on_the_wire(listed(contested))["domains"]

    assert shown["status"] == "pending"
    assert shown["ownership_challenge"]["status"] == "pending"


def test_a_verification_is_the_domain_with_a_row_for_each_record():
    domain = yourcompany()
    rows = [RecordVerdict(record, VERIFIED, Seen.RIGHT) for record in domain.records()[:-1]]
    rows.append(RecordVerdict(domain.records()[-1], FAILED, Seen.WRONG, "Not right."))
    body = on_the_wire(sendmailos.verified(Checked(domain, Verification(tuple(rows)))).body)

    assert (body["success"], body["domain"]["domain_name"]) == (True, "yourcompany.com")
    assert [row["status"] for row in body["results"]] == ["verified"] * 5 + ["failed"]
    assert [row.get("detail") for row in body["results"]] == [None] * 5 + ["Not right."]
    assert {tuple(row["findings"]) for row in body["results"]} == {()}


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
    (shown,) = on_the_wire(listed(yourcompany(statuses=statuses)))["domains"]

    assert shown["status"] == status


def listed(*domains: SendingDomain) -> object:
    return sendmailos.listed(DomainPage(ALL, domains), ORIGIN).body


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


@pytest.mark.parametrize("query", [{}, {"external_id": ""}, {"cursor": ""}])
def test_a_list_asks_for_all_oldest_first(query):
    assert sendmailos.read_list(query) == ALL
    assert (ALL.newest_first, ALL.external_id, ALL.after) == (False, None, None)


def test_a_list_may_ask_for_one_external_id():
    assert sendmailos.read_list({"external_id": "client 1"}).external_id == "client 1"


@pytest.mark.parametrize(
    ("query", "field"), [({"external_id": "x" * 256}, "external_id"), ({"cursor": "x"}, "cursor")]
)
def test_what_a_list_cannot_ask_for_is_named(query, field):
    with pytest.raises(InvalidFieldsError) as refused:
        sendmailos.read_list(query)
    assert list(refused.value.fields) == [field]


def test_a_path_means_a_domain_by_its_uuid_alone():
    domain = yourcompany()

    assert (
        sendmailos.read_reference(identifiers.to_uuid(domain.domain_id), RULES).domain_id == domain.domain_id
    )
    for text in ("yourcompany.com", domain.domain_id, identifiers.to_prefixed("dom", domain.domain_id), ""):
        assert sendmailos.read_reference(text, RULES) == DomainReference()


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
