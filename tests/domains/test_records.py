"""The records to publish, as the documents list them."""

from __future__ import annotations

from letterhead.domains.records import RecordPurpose, required_records
from tests.golden.reading import seed

TOKENS = ("abc123", "def456", "ghi789")


def records(**changed: object):
    given = {
        "domain": "mail.acme.com",
        "dkim_tokens": TOKENS,
        "signing_hosted_zone": "dkim.amazonses.com",
        "mail_from_domain": "mail.mail.acme.com",
        "region": "us-east-1",
    }
    return required_records(**{**given, **changed})


def test_the_six_records_are_those_of_the_sendara_guide_in_its_order():
    """Sendara domains guide, the table "DNS records"."""
    assert [(record.type, record.name, record.value) for record in records()] == [
        ("CNAME", "abc123._domainkey.mail.acme.com", "abc123.dkim.amazonses.com"),
        ("CNAME", "def456._domainkey.mail.acme.com", "def456.dkim.amazonses.com"),
        ("CNAME", "ghi789._domainkey.mail.acme.com", "ghi789.dkim.amazonses.com"),
        ("MX", "mail.mail.acme.com", "10 feedback-smtp.us-east-1.amazonses.com"),
        ("TXT", "mail.mail.acme.com", "v=spf1 include:amazonses.com ~all"),
        ("TXT", "_dmarc.mail.acme.com", "v=DMARC1; p=none; rua=mailto:dmarc@mail.acme.com"),
    ]
    assert [record.purpose for record in records()] == list(RecordPurpose)


def test_the_dkim_targets_are_in_the_zone_that_the_provider_names():
    """SES API v2, DkimAttributes.SigningHostedZone: it isn't the same in every region."""
    values = [record.value for record in records(signing_hosted_zone="dkim.af-south-1.amazonses.com")]
    assert values[0] == "abc123.dkim.af-south-1.amazonses.com"


def test_without_tokens_the_dkim_records_are_left_out():
    assert [record.purpose for record in records(dkim_tokens=())] == [
        RecordPurpose.MAIL_FROM_MX,
        RecordPurpose.MAIL_FROM_SPF,
        RecordPurpose.DMARC,
    ]


def test_reports_go_to_the_operator_who_wants_them():
    """DMARC reports to an address of another organization's (RFC 7489 section 7.1)."""
    ours = [record.value for record in records(reports_to="dmarc@reports.operator.example")]
    assert ours[-1] == "v=DMARC1; p=none; rua=mailto:dmarc@reports.operator.example"
    assert ours[:-1] == [record.value for record in records()][:-1]


def test_the_seed_shows_the_same_records():
    assert seed("sendara_domain.json")["dns_records"] == [
        {"type": record.type, "name": record.name, "value": record.value} for record in records()
    ]
