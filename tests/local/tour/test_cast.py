"""The tour's zones are real master files."""

from __future__ import annotations

from datetime import UTC, datetime

import dns.zone
import pytest

from letterhead import identifiers
from local.tour import cast

RECORDS = [
    {"type": "CNAME", "name": "abc._domainkey.mail.x.example", "value": "abc.dkim.amazonses.com"},
    {"type": "MX", "name": "mail.mail.x.example", "value": "10 feedback-smtp.us-east-1.amazonses.com"},
    {"type": "TXT", "name": "mail.mail.x.example", "value": "v=spf1 include:amazonses.com ~all"},
    {
        "type": "TXT",
        "name": "_dmarc.mail.x.example",
        "value": 'v=DMARC1; p=none; note="quoted"; long=' + "x" * 300,
    },
]


@pytest.mark.parametrize("record", RECORDS)
def test_a_record_of_the_api_is_published_as_it_was_given(record):
    zone = dns.zone.from_text(
        cast.zone_file([cast.master_line(record)]), origin="x.example.", relativize=False
    )

    (published,) = zone.find_rdataset(record["name"] + ".", record["type"])
    if record["type"] == "TXT":
        assert b"".join(published.strings).decode() == record["value"]
    else:
        assert published.to_text() == record["value"] + "."


def test_the_clients_zone_takes_mail():
    zone = dns.zone.from_text(cast.zone_file(cast.CLIENT_MAIL_SERVER), origin=cast.CLIENT_ZONE + ".")

    assert zone.find_rdataset("@", "MX")


@pytest.mark.parametrize("moment", [0, 1_800_000_000, 16_000_000_000])
def test_the_mailersend_form_of_an_id_is_the_layers_own(moment):
    identifier = identifiers.new_id(datetime.fromtimestamp(moment, UTC))

    assert cast.mailersend_id(identifiers.to_prefixed("dom", identifier)) == identifier
