"""What a domain's DNS must have, in every form, and what its checks have found: calls that only read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from letterhead.dialects.domain_additions import (
    downloaded,
    read_form,
    read_history_page,
    read_with_link_host,
)
from letterhead.dialects.mailersend import domain_records as mailersend
from letterhead.dialects.sendara import domain_records as sendara
from letterhead.dialects.sendmailos import domain_records as sendmailos
from letterhead.domains.exports.resource_record import ResourceRecord
from letterhead.domains.records import RecordType
from letterhead.http.domain_calls import named
from letterhead.identities.link_host import LABEL
from letterhead.tokens.dialect import Dialect
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from letterhead.dialects.reply import Reply
    from letterhead.domains.domain import SendingDomain
    from letterhead.domains.history import CheckHistory
    from letterhead.domains.names import NameRules
    from letterhead.domains.ports import DomainStore
    from letterhead.http.request import Request

# Modules, each with the functions of its dialect's calls.
_WIRES: Mapping[Dialect, Any] = {
    Dialect.MAILERSEND: mailersend,
    Dialect.SENDARA: sendara,
    Dialect.SENDMAILOS: sendmailos,
}


@value_type
class DomainRecordCalls:
    """The calls; `operations` has them by the names of the table of routes. `own_host` is where aliases for links lead, if the
    operator said so."""

    store: DomainStore
    history: CheckHistory
    names: NameRules
    own_host: str | None = None

    @property
    def operations(self) -> Mapping[str, Callable[[Request], Reply]]:
        """Each call by its operation's name."""
        return {
            "domain_records.list": self.list,
            "domain_records.show_by_place": self.show_by_place,
            "domain_records.list_checks": self.list_checks,
        }

    def list(self, request: Request) -> Reply:
        """`GET …/records`: a list, or a file to download."""
        query = dict(request.query)
        form, with_link_host = read_form(query), read_with_link_host(query)
        domain = named(request, self.store, self.names)
        link_host = self._link_host(request, domain)
        if form is not None:
            from letterhead.domains.exports.formats import export  # seldom asked for

            return downloaded(export(domain, form, (link_host,) if with_link_host else ()))
        reply: Reply = _WIRES[request.dialect].records_listed(domain, link_host)
        return reply

    def show_by_place(self, request: Request) -> Reply:
        """`GET /v1/domains/{domain}/dns-records`."""
        domain = named(request, self.store, self.names)
        return mailersend.dns_records_shown(domain, self._link_host(request, domain))

    def list_checks(self, request: Request) -> Reply:
        """`GET …/checks`: the history, newest first."""
        size, after = read_history_page(dict(request.query))
        domain = named(request, self.store, self.names)
        page = self.history.page(domain.domain_id, size=size, after=after, now=request.now)
        url = f"{request.base_url}/v1/domains/{domain.domain_id}/checks"
        reply: Reply = _WIRES[request.dialect].checks_listed(page, url, size)
        return reply

    def _link_host(self, request: Request, domain: SendingDomain) -> ResourceRecord:
        """The optional record by which confirmation links can lead to a host of the domain's own."""
        own_host = self.own_host or request.own_host
        return ResourceRecord(RecordType.CNAME, f"{LABEL}.{domain.name}", own_host)
