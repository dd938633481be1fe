"""Sendara's domains, held against the domains guide's own examples."""

from __future__ import annotations

from dataclasses import replace

import pytest

from letterhead import identifiers
from letterhead.adapters.domain_names import DomainNames
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.sendara import domains as sendara
from letterhead.domains.check import Checked
from letterhead.domains.diagnosis.judgement import Seen
from letterhead.domains.domain import Registration
from letterhead.domains.names import DomainNameError
from letterhead.domains.pages import DomainPage
from letterhead.domains.records import RecordPurpose, RecordStatus
from letterhead.domains.reference import DomainReference
from letterhead.domains.verification import RecordVerdict, Verification
from tests.fakes.sending_domains import NOW, claimed_domain, registered_domain
from tests.golden.reading import documented, on_the_wire, seed, shape

RULES = DomainNames()
ORIGIN = "https://letterhead.example"
ALL = sendara.read_list({})
PENDING, VERIFIED, FAILED = RecordStatus.PENDING, RecordStatus.VERIFIED, RecordStatus.FAILED


# --- answers ----------------------------------------------------------------------------------------------------------


def test_a_registration_is_answered_as_in_the_guide():
    golden = seed("sendara_domain.json")
    reply = sendara.registered(registered_domain())
    answer = documented(on_the_wire(reply.body), golden)

    assert reply.status == 201
    assert shape(answer) == shape(golden)
    assert {**answer, "id": None} == {**golden, "id": None}


def test_a_read_is_answered_with_the_same_object():
    domain = registered_domain()

    assert sendara.shown(domain).body == sendara.registered(domain).body
    assert sendara.shown(domain).status == 200


def test_a_list_is_an_object_of_such_objects_without_pages():
    first, second = registered_domain("a.com"), registered_domain("b.com")
    reply = sendara.listed(DomainPage(ALL, (first, second)), ORIGIN)

    assert reply.status == 200
    assert reply.body == {"domains": [sendara.domain_object(first), sendara.domain_object(second)]}
    assert reply.headers == {}
    assert sendara.listed(DomainPage(ALL, ()), ORIGIN).body == {"domains": []}


def test_a_list_that_is_too_long_for_one_answer_leads_on_by_a_link():
    first, second = registered_domain("a.com"), registered_domain("b.com")
    reply = sendara.listed(DomainPage(replace(ALL, size=2), (first, second)), ORIGIN)

    assert reply.headers["link"] == f'<{ORIGIN}/v1/domains?cursor={second.domain_id}>; rel="next"'
    assert sendara.read_list({"cursor": second.domain_id}).after == second.domain_id
    with pytest.raises(InvalidFieldsError):
        sendara.read_list({"cursor": "x"})


def test_a_verification_is_answered_as_in_the_guide():
    domain = registered_domain(
        statuses=dict.fromkeys(RecordPurpose, VERIFIED) | {RecordPurpose.DMARC: PENDING}
    )
    rows = [
        RecordVerdict(record, domain.statuses[record.purpose], Seen.RIGHT)
        if record.purpose is not RecordPurpose.DMARC
        else RecordVerdict(record, PENDING, Seen.ABSENT, "no _dmarc TXT record found yet")
        for record in domain.records()
    ]
    reply = sendara.verified(Checked(domain, Verification(tuple(rows))))

    assert reply.status == 200
    # Additive fields are welcome in rows, so the guide's keys are compared, not the absence of others.
    golden, answer = seed("sendara_verification.json"), on_the_wire(reply.body)
    rows_with_the_guides_keys = [
        {key: row.get(key) for key in golden_row}
        for golden_row, row in zip(golden["results"], answer["results"], strict=True)
    ]
    assert {**answer, "results": rows_with_the_guides_keys} == golden
    assert [row for row in answer["results"] if row["status"] == "verified" and "detail" in row] == []


def test_a_domain_right_in_everything_is_fully_verified():
    domain = registered_domain(statuses=dict.fromkeys(RecordPurpose, VERIFIED))
    rows = tuple(RecordVerdict(record, VERIFIED, Seen.RIGHT) for record in domain.records())
    body = on_the_wire(sendara.verified(Checked(domain, Verification(rows))).body)

    assert body["fully_verified"] is True
    assert {row["status"] for row in body["results"]} == {"verified"}


@pytest.mark.parametrize(
    ("purpose", "field"),
    [
        (RecordPurpose.DKIM_1, "dkim_status"),
        (RecordPurpose.DKIM_3, "dkim_status"),
        (RecordPurpose.MAIL_FROM_MX, "txt_status"),
        (RecordPurpose.MAIL_FROM_SPF, "spf_status"),
        (RecordPurpose.DMARC, "dmarc_status"),
    ],
)
def test_each_record_shows_in_the_field_that_the_guide_gives_it(purpose, field):
    statuses = dict.fromkeys(RecordPurpose, VERIFIED) | {purpose: FAILED}
    answer = on_the_wire(sendara.domain_object(registered_domain(statuses=statuses)))

    fields = {"dkim_status", "txt_status", "spf_status", "dmarc_status"}
    assert {name: answer[name] for name in fields} == dict.fromkeys(fields, "verified") | {field: "failed"}


def test_an_idn_is_shown_as_given_and_its_records_are_in_a_labels():
    domain = registered_domain("xn--bcher-kva.de", shown_name="bücher.de")
    answer = on_the_wire(sendara.domain_object(domain))

    assert answer["domain"] == "bücher.de"
    assert all(record["name"].isascii() for record in answer["dns_records"])
    assert answer["mail_from_domain"] == "mail.xn--bcher-kva.de"


def test_a_domain_whose_registration_stopped_half_way_can_be_shown():
    answer = on_the_wire(sendara.domain_object(claimed_domain(registration=Registration.CLAIMED)))

    assert set(answer) > set(seed("sendara_domain.json"))
    assert [record["type"] for record in answer["dns_records"]] == ["MX", "TXT", "TXT"]


# --- requests ---------------------------------------------------------------------------------------------------------


def test_a_registration_asks_for_a_name_and_gets_the_mail_from_domain_of_the_guide():
    wanted = sendara.read_registration({"domain": " Mail.ACME.com. ", "unknown": 1}, RULES)

    assert (wanted.name.ascii, wanted.mail_from_label) == ("mail.acme.com", "mail")
    assert (wanted.external_id, wanted.metadata) == (None, None)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"domain": None},
        {"domain": ""},
        {"domain": "  "},
        {"name": "acme.com"},
        {"domain": 5},
        {"domain": True},
        {"domain": ["acme.com"]},
        {"domain": {"name": "acme.com"}},
        {"domain": "acme.com\x00"},
        {"domain": "\ud800.com"},
    ],
)
def test_a_registration_without_a_name_names_the_field(body):
    with pytest.raises(InvalidFieldsError) as refused:
        sendara.read_registration(body, RULES)
    assert list(refused.value.fields) == ["domain"]


@pytest.mark.parametrize("name", ["co.uk", "127.0.0.1", "localhost", "a" * 8192, "a_b.com"])
def test_a_registration_of_what_is_no_domain_is_refused(name):
    with pytest.raises(DomainNameError):
        sendara.read_registration({"domain": name}, RULES)


DOMAIN = registered_domain()
PREFIXED = identifiers.to_prefixed("dom", DOMAIN.domain_id)


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        (PREFIXED, DomainReference(domain_id=DOMAIN.domain_id)),
        ("mail.acme.com", DomainReference(name="mail.acme.com")),
        ("MAIL.acme.COM.", DomainReference(name="mail.acme.com")),
        ("bücher.de", DomainReference(name="xn--bcher-kva.de")),
        ("xn--bcher-kva.de", DomainReference(name="xn--bcher-kva.de")),
    ],
)
def test_a_path_means_a_domain_by_its_id_or_by_its_name(text, reference):
    assert sendara.read_reference(text, RULES) == reference


@pytest.mark.parametrize(
    "text",
    [
        "",
        "..",
        "../../v1/domains",
        "a/b.com",
        "acme.com\x00",
        "acme.com\n",
        "\x00",
        "dom_",
        "dom_" + "0" * 32,
        PREFIXED.upper(),
        f"{PREFIXED}\x00",
        DOMAIN.domain_id,  # another dialect's form
        identifiers.to_uuid(DOMAIN.domain_id),
        "localhost",
        "127.0.0.1",
        "co.uk",
        "%2e%2e",
        "�.com",
        "a" * 8192,
    ],
)
def test_a_path_that_can_mean_no_domain_means_none(text):
    assert sendara.read_reference(text, RULES) == DomainReference()


def test_times_are_written_in_utc_without_a_fraction():
    shifted = registered_domain(created_at=NOW.replace(microsecond=999_999))

    assert sendara.domain_object(shifted)["created_at"] == "2026-06-14T09:00:00Z"
