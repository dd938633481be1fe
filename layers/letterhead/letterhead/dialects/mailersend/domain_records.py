"""MailerSend's calls about a domain's DNS records, and the additive history of its checks."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from letterhead.dialects.domain_additions import additions, entry_object
from letterhead.dialects.reply import Reply
from letterhead.dialects.times import in_microseconds
from letterhead.domains.records import RecordPurpose, RecordType, RequiredRecord

if TYPE_CHECKING:
    from letterhead.domains.domain import SendingDomain
    from letterhead.domains.exports.resource_record import ResourceRecord
    from letterhead.domains.history import HistoryPage

# Where MailerSend shows each record. It has one place for DKIM; the other two keys are ours, and so is `dmarc`.
_PLACES = {
    "spf": RecordPurpose.MAIL_FROM_SPF,
    "dkim": RecordPurpose.DKIM_1,
    "return_path": RecordPurpose.MAIL_FROM_MX,
    "custom_tracking": None,
    "inbound_routing": None,
    "dkim_2": RecordPurpose.DKIM_2,
    "dkim_3": RecordPurpose.DKIM_3,
    "dmarc": RecordPurpose.DMARC,
}


def dns_records_shown(domain: SendingDomain, link_host: ResourceRecord) -> Reply:
    """The answer to `GET /v1/domains/{domain}/dns-records`; a place is null as long as there is no record for it.

    `link_host` is optional: with it, and with the settings of confirmation mails, links lead to a host of the domain's own
    instead of the default one.
    """
    required = {record.purpose: record for record in domain.records()}
    places: dict[str, object] = {"id": domain.domain_id}
    for place, purpose in _PLACES.items():
        record = None if purpose is None else required.get(purpose)
        places[place] = None if record is None else _record_object(record)
    places["link_host"] = _link_host_object(link_host)
    places["ownership_challenge"] = additions(domain, in_microseconds)["ownership_challenge"]
    return Reply(200, {"data": places})


def records_listed(domain: SendingDomain, link_host: ResourceRecord) -> Reply:
    """The answer to the additive `GET /v1/domains/{domain}/records` without a format."""
    records = [_record_object(record) for record in domain.records()]
    return Reply(200, {"data": records, "link_host": _link_host_object(link_host)})


def checks_listed(page: HistoryPage, url: str, size: int) -> Reply:
    """The answer to the additive `GET /v1/domains/{domain}/checks`, a page that knows only the next one."""
    following = None
    if page.after is not None:
        following = f"{url}?{urlencode({'limit': size, 'cursor': page.after})}"
    return Reply(
        200,
        {
            "data": [entry_object(entry, in_microseconds) for entry in page.entries],
            "links": {"first": None, "last": None, "prev": None, "next": following},
            "meta": {"path": url, "per_page": size, "next_cursor": page.after, "prev_cursor": None},
        },
    )


def _link_host_object(record: ResourceRecord) -> dict[str, object]:
    return {"hostname": record.name, "type": record.type, "value": record.value}


def _record_object(record: RequiredRecord) -> dict[str, object]:
    if record.type is not RecordType.MX:
        return {"hostname": record.name, "type": record.type, "value": record.value}
    preference, _, host = record.value.partition(" ")
    return {"hostname": record.name, "type": record.type, "value": host, "priority": preference}
