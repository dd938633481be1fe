"""`GuardedHttp` for functions of which few calls need it: the first of these imports what it needs, not every cold start."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from letterhead.adapters.outbound_http.guarded_http import GuardedHttp
    from letterhead.domains.dns_answers import DnsLookup
    from letterhead.outbound.addresses import IpNetwork
    from letterhead.outbound.exchange import Answer


class HttpOnDemand:
    """Satisfies `letterhead.outbound.exchange.OutboundHttp`; its arguments are those of `GuardedHttp.within`."""

    def __init__(
        self,
        resolver: DnsLookup,
        ports: frozenset[int],
        networks: tuple[IpNetwork, ...],
        emulated: bool,
        authorities: str | None,
    ) -> None:
        self._resolver = resolver
        self._allowed = ports, networks, emulated, authorities

    def check_url(self, url: str) -> None:
        """As `GuardedHttp.check_url`."""
        self._http.check_url(url)

    def post(self, url: str, *, headers: Mapping[str, str], body: bytes, **limits: Any) -> Answer:
        """As `GuardedHttp.post`."""
        return self._http.post(url, headers=headers, body=body, **limits)

    def get(self, url: str, **how: Any) -> Answer:
        """As `GuardedHttp.get`."""
        return self._http.get(url, **how)

    @cached_property
    def _http(self) -> GuardedHttp:
        from letterhead.adapters.outbound_http.guarded_http import GuardedHttp

        return GuardedHttp.within(self._resolver, *self._allowed)
