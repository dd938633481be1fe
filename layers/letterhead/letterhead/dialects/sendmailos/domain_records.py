"""SendMailOS's additive calls about a domain's records and the history of its checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.dialects.domain_additions import entry_object, link_host_object
from letterhead.dialects.reply import Reply
from letterhead.dialects.sendmailos.domains import record_object
from letterhead.dialects.times import in_seconds

if TYPE_CHECKING:
    from letterhead.domains.domain import SendingDomain
    from letterhead.domains.exports.resource_record import ResourceRecord
    from letterhead.domains.history import HistoryPage


def records_listed(domain: SendingDomain, link_host: ResourceRecord) -> Reply:
    """The answer to `GET /api/v1/domains/{domain}/records` without a format: all records, not DKIM's alone."""
    records = [record_object(record) for record in domain.records()]
    return Reply(200, {"success": True, "dns_records": records, "link_host": link_host_object(link_host)})


def checks_listed(page: HistoryPage, _url: str, _size: int) -> Reply:
    """The answer to `GET /api/v1/domains/{domain}/checks`."""
    checks = [entry_object(entry, in_seconds) for entry in page.entries]
    return Reply(200, {"success": True, "checks": checks, "next_cursor": page.after})
