"""MailerSend's five suppression lists over HTTP."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.dialects.mailersend import suppressions as wire
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.http.suppression_scopes import ScopeDomains, Scopes, UnknownScopeDomainError
from letterhead.suppressions.adding import Caller, by_call
from letterhead.suppressions.clearing import clear
from letterhead.suppressions.pages import SuppressionQuery
from letterhead.suppressions.suppression import EntryKey, SuppressionList

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from letterhead.dialects.reply import Reply
    from letterhead.http.request import Request
    from letterhead.identities.addresses import AddressRules
    from letterhead.suppressions.pages import SuppressionStore
    from letterhead.suppressions.suppression import Suppression


class SuppressionListCalls:
    """The calls on `/v1/suppressions/<list>`, the same for each list."""

    def __init__(self, store: SuppressionStore, domains: ScopeDomains, addresses: AddressRules) -> None:
        self._store = store
        self._domains = domains
        self._addresses = addresses

    @property
    def operations(self) -> Mapping[str, Callable[[Request], Reply]]:
        """Each call by the name that it has in the table of routes."""
        found: dict[str, Callable[[Request], Reply]] = {}
        for path, which in wire.LISTS.items():
            name = path.replace("-", "_")
            found[f"suppressions.list_{name}"] = partial(self.list, which)
            found[f"suppressions.remove_{name}"] = partial(self.remove, which)
            if which is not SuppressionList.ON_HOLD:
                found[f"suppressions.add_{name}"] = partial(self.add, which)
        return found

    def list(self, which: SuppressionList, request: Request) -> Reply:
        """`GET`: a page of the list, of one domain or of all that the token sees."""
        wanted = wire.read_list(request.query)
        scopes = Scopes(self._domains, request)
        query = SuppressionQuery(
            (which,),
            self._all(scopes, wanted.domain_id, which),
            wanted.page.number,
            wanted.page.size,
            wanted.page.after,
        )
        page = self._store.page(request.account_id, query, request.now)
        return wire.listed(page, wanted, which, scopes.domains_of(page.suppressions), request.base_url)

    def add(self, which: SuppressionList, request: Request) -> Reply:
        """`POST`: recipients, and for the blocklist patterns."""
        wanted = wire.read_addition(request.json, which, self._addresses)
        scopes = Scopes(self._domains, request)
        try:
            domain_id = scopes.one(wanted.domain_id)
        except UnknownScopeDomainError as error:
            raise wire.wrong_domain(which) from error
        caller = Caller(request.account_id, f"token:{request.token.token_id}")
        entries = [
            by_call(
                caller,
                EntryKey(which, domain_id, subject, is_pattern),
                identifiers.new_id(request.now),
                request.now,
            )
            for subject, is_pattern in wanted.subjects
        ]
        kept = self._store.add(entries, request.now)
        return wire.added(kept, scopes.domains_of(one.suppression for one in kept))

    def remove(self, which: SuppressionList, request: Request) -> Reply:
        """`DELETE`: by ids, or all."""
        wanted = wire.read_removal(request.json, which)
        scopes = Scopes(self._domains, request)
        new_event_id = partial(identifiers.new_id, request.now)
        domains = self._all(scopes, wanted.domain_id, which) if wanted.all else ()
        if wanted.references:
            keys = self._keys(which, wanted.references, scopes, request)
            self._store.remove(request.account_id, keys, new_event_id, request.now)
        if wanted.all:
            clear(self._store, request.account_id, which, domains, new_event_id, request.now)
        return wire.removed()

    @staticmethod
    def _all(scopes: Scopes, domain_id: str | None, which: SuppressionList) -> tuple[str | None, ...]:
        try:
            return scopes.all(domain_id)
        except UnknownScopeDomainError as error:
            raise wire.wrong_domain(which) from error

    def _keys(
        self,
        which: SuppressionList,
        references: tuple[tuple[str, str | None], ...],
        scopes: Scopes,
        request: Request,
    ) -> Sequence[EntryKey]:
        found: list[Suppression] = []
        wrong: dict[str, tuple[str, ...]] = {}
        entries = self._store.by_references(request.account_id, which, references)
        for position, entry in enumerate(entries):
            if entry is None or entry.expired(request.now) or not scopes.sees(entry.key):
                wrong[f"ids.{position}"] = (wire.invalid_id(position),)
            else:
                found.append(entry)
        if wrong:
            raise InvalidFieldsError(wrong)
        return [entry.key for entry in found]
