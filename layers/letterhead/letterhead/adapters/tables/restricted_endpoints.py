"""The endpoints table as those need it who delete what endpoints are restricted to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection


class RestrictedEndpointTable:
    """Satisfies `letterhead.domains.ports.RestrictedEndpoints`. Only who deletes something loads what endpoints are made of."""

    def __init__(self, table_name: str) -> None:
        self._table_name = table_name

    def forget_those_of(
        self, account_id: str, *, domain_id: str | None = None, identity_ids: Collection[str] = ()
    ) -> None:
        """Forget every endpoint that is restricted to a domain, or to one of these identities; twice is once."""
        from letterhead.adapters.tables.endpoints import EndpointTable

        table = EndpointTable(self._table_name)
        table.forget_those_of(account_id, domain_id=domain_id, identity_ids=identity_ids)
