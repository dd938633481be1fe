"""The operator's own address for DMARC reports: shown to whoever registers from then on, and neither it nor another is wrong."""

from __future__ import annotations

import pytest

from tests.functions.domains.conftest import deployed

REPORTS = "dmarc@reports.operator.example"
AGREEMENT = {"type": "TXT", "name": "*._report._dmarc.reports.operator.example", "value": "v=DMARC1"}


def dmarc_of(domain: dict) -> dict:
    (record,) = (each for each in domain["dns_records"] if each["name"].startswith("_dmarc."))
    return record


@pytest.fixture
def domains(load, tables, outside):
    return deployed(load, outside, DMARC_REPORT_ADDRESS=REPORTS)


@pytest.mark.parametrize(
    ("value", "agreed", "noted"),
    [
        (f"v=DMARC1; p=none; rua=mailto:{REPORTS}", True, []),
        (f"v=DMARC1; p=none; rua=mailto:{REPORTS}", False, ["dmarc_external_rua_unauthorised"]),
        ("v=DMARC1; p=none; rua=mailto:dmarc@mail.acme.com", True, []),
        (f"v=DMARC1; p=reject; rua=mailto:me@acme.com,mailto:{REPORTS}", True, []),
        ("v=DMARC1; p=none", True, []),
    ],
)
def test_whoever_takes_the_reports_the_record_is_right(domains, mine, value, agreed, noted):
    made = domains.register(mine).json
    assert dmarc_of(made)["value"] == f"v=DMARC1; p=none; rua=mailto:{REPORTS}"

    published = [record for record in made["dns_records"] if record != dmarc_of(made)]
    domains.publish("acme.com", published, dmarc_of(made) | {"value": value})
    domains.publish("operator.example", [AGREEMENT] if agreed else [])
    verified = domains.verify(mine, "mail.acme.com").json

    assert verified["fully_verified"]
    assert [found["code"] for row in verified["results"] for found in row.get("findings", [])] == noted


def test_what_a_customer_was_shown_stays(load, tables, outside, domains, mine):
    shown = domains.register(mine).json
    before = deployed(load, outside)
    own = before.register(mine, "mail.later.com").json

    assert dmarc_of(own)["value"] == "v=DMARC1; p=none; rua=mailto:dmarc@mail.later.com"
    assert dmarc_of(before.show(mine, "mail.acme.com").json) == dmarc_of(shown)
    after = deployed(load, outside, DMARC_REPORT_ADDRESS=REPORTS)
    assert dmarc_of(after.show(mine, "mail.later.com").json) == dmarc_of(own)
