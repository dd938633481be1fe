"""Which forms there are, and what each file is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.domains.challenge import challenge_name
from letterhead.domains.exports.cloudflare import cloudflare_batch
from letterhead.domains.exports.master_file import master_file
from letterhead.domains.exports.resource_record import ResourceRecord
from letterhead.domains.exports.route53 import route53_change_batch
from letterhead.domains.exports.spreadsheet import spreadsheet
from letterhead.domains.exports.terraform import terraform_configuration
from letterhead.domains.records import RecordType
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from letterhead.domains.domain import SendingDomain


@value_type
class Export:
    """A file to download."""

    text: str
    media_type: str
    file_name: str


@value_type
class _Form:
    render: Callable[[str, Sequence[ResourceRecord]], str]
    media_type: str
    suffix: str


FORMS: Mapping[str, _Form] = {
    # RFC 4027 names the type of master files.
    "zone": _Form(master_file, "text/dns; charset=utf-8", ".zone"),
    "route53": _Form(route53_change_batch, "application/json", ".route53.json"),
    "terraform": _Form(terraform_configuration, "application/json", ".tf.json"),
    "cloudflare": _Form(cloudflare_batch, "application/json", ".cloudflare.json"),
    "csv": _Form(spreadsheet, "text/csv; charset=utf-8", ".csv"),
}


def export(domain: SendingDomain, form: str, optional: Sequence[ResourceRecord] = ()) -> Export:
    """The domain's records in a form of `FORMS`; the challenge is among them as long as it has to be proven, and so are
    `optional` ones that somebody asked for: what they may meet at the DNS host isn't ours to overwrite unasked."""
    chosen = FORMS[form]
    return Export(
        chosen.render(domain.name, (*resource_records(domain), *optional)),
        chosen.media_type,
        domain.name + chosen.suffix,
    )


def resource_records(domain: SendingDomain) -> tuple[ResourceRecord, ...]:
    """What is to be published for a domain."""
    records = tuple(ResourceRecord.of(record) for record in domain.records())
    if not domain.contested:
        return records
    return (*records, ResourceRecord(RecordType.TXT, challenge_name(domain), domain.challenge))
