"""The records that a sending domain's DNS must have: three for DKIM, two at the MAIL FROM domain, one for DMARC."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Sequence


class RecordPurpose(StrEnum):
    """What a required record is there for."""

    DKIM_1 = "dkim_1"
    DKIM_2 = "dkim_2"
    DKIM_3 = "dkim_3"
    MAIL_FROM_MX = "mail_from_mx"
    MAIL_FROM_SPF = "mail_from_spf"
    DMARC = "dmarc"


DKIM_PURPOSES = (RecordPurpose.DKIM_1, RecordPurpose.DKIM_2, RecordPurpose.DKIM_3)
MAIL_FROM_PURPOSES = (RecordPurpose.MAIL_FROM_MX, RecordPurpose.MAIL_FROM_SPF)
# What the right to send takes from DNS.
AUTHENTICATING = frozenset((*DKIM_PURPOSES, *MAIL_FROM_PURPOSES))


class RecordType(StrEnum):
    """The DNS record types that are required or asked for (RFC 1035 section 3.2.2, RFC 3596)."""

    A = "A"
    AAAA = "AAAA"
    CNAME = "CNAME"
    MX = "MX"
    NS = "NS"
    SOA = "SOA"
    TXT = "TXT"


class RecordStatus(StrEnum):
    """What the last definite answer said of a required record."""

    PENDING = "pending"
    VERIFIED = "verified"
    FAILED = "failed"


@value_type
class RequiredRecord:
    """One record to publish. `name` has no trailing dot; `value` is in the form in which it is shown: an MX with its
    preference in front, a TXT without quotes."""

    purpose: RecordPurpose
    type: RecordType
    name: str
    value: str


def required_records(
    *,
    domain: str,
    dkim_tokens: Sequence[str],
    signing_hosted_zone: str,
    mail_from_domain: str,
    region: str,
    reports_to: str = "",
) -> tuple[RequiredRecord, ...]:
    """The records to publish, in the order of the Sendara domains guide.

    The DKIM targets come from the provider's tokens and its signing zone, which differs between regions (SES API v2,
    DkimAttributes); as long as there are no tokens the DKIM records are left out. The values at the MAIL FROM domain are
    those of the SES developer guide, "Using a custom MAIL FROM domain". DMARC reports go to `reports_to`, else to an address of
    the domain's own.
    """
    dkim = [
        RequiredRecord(
            purpose, RecordType.CNAME, f"{token}._domainkey.{domain}", f"{token}.{signing_hosted_zone}"
        )
        for purpose, token in zip(DKIM_PURPOSES, dkim_tokens, strict=False)
    ]
    return (
        *dkim,
        RequiredRecord(
            RecordPurpose.MAIL_FROM_MX,
            RecordType.MX,
            mail_from_domain,
            f"10 feedback-smtp.{region}.amazonses.com",
        ),
        RequiredRecord(
            RecordPurpose.MAIL_FROM_SPF, RecordType.TXT, mail_from_domain, "v=spf1 include:amazonses.com ~all"
        ),
        RequiredRecord(
            RecordPurpose.DMARC,
            RecordType.TXT,
            f"_dmarc.{domain}",
            f"v=DMARC1; p=none; rua=mailto:{reports_to or f'dmarc@{domain}'}",
        ),
    )
