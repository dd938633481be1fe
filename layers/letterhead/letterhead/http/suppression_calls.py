"""Suppressions over HTTP where a dialect has one list of them, and the look-up that every dialect has."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from letterhead import identifiers
from letterhead.dialects.mailersend import suppressions as mailersend
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.sendara import suppressions as sendara
from letterhead.dialects.sendmailos import suppressions as sendmailos
from letterhead.dialects.suppression_words import (
    LARGEST_LIST,
    LIST_OF_REASON,
    NO_SUCH_DOMAIN,
    is_address_cursor,
    no_such_cursor,
    read_question,
)
from letterhead.http.suppression_scopes import ScopeDomains, Scopes, UnknownScopeDomainError
from letterhead.suppressions.adding import Caller, by_call
from letterhead.suppressions.blocking import Entry
from letterhead.suppressions.pages import SuppressedAddress, SuppressionQuery
from letterhead.suppressions.suppression import EntryKey, SuppressionList
from letterhead.tokens.dialect import Dialect
from letterhead.tokens.grant import Reach

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from letterhead.dialects.reply import Reply
    from letterhead.http.request import Request
    from letterhead.identities.addresses import AddressRules
    from letterhead.suppressions.blocking import Block
    from letterhead.suppressions.pages import SuppressionStore
    from letterhead.suppressions.suppression import Suppression

# Modules, each with the functions of its dialect's calls; which of them it needs the table of routes says.
_WIRES: Mapping[Dialect, Any] = {
    Dialect.MAILERSEND: mailersend,
    Dialect.SENDARA: sendara,
    Dialect.SENDMAILOS: sendmailos,
}


class SuppressionCalls:
    """The calls; an address has all its entries at once here, whatever lists they are of."""

    def __init__(self, store: SuppressionStore, domains: ScopeDomains, addresses: AddressRules) -> None:
        self._store = store
        self._domains = domains
        self._addresses = addresses

    @property
    def operations(self) -> Mapping[str, Callable[[Request], Reply]]:
        """Each call by the name that it has in the table of routes."""
        return {
            f"suppressions.{call.__name__}": call for call in (self.add, self.list, self.remove, self.look_up)
        }

    def add(self, request: Request) -> Reply:
        """Suppress a recipient for the account, or for a restricted token's domain."""
        wire = _WIRES[request.dialect]
        wanted = wire.read_addition(request.json, self._addresses)
        key = EntryKey(LIST_OF_REASON[wanted.reason], request.token.domain_id, wanted.address)
        entry = by_call(
            Caller(request.account_id, f"token:{request.token.token_id}"),
            key,
            identifiers.new_id(request.now),
            request.now,
            reason=wanted.reason,
            note=wanted.note,
        )
        (kept,) = self._store.add([entry], request.now)
        reply: Reply = wire.added(kept)
        return reply

    def list(self, request: Request) -> Reply:
        """Every address that has an entry, once; patterns are no addresses."""
        wire = _WIRES[request.dialect]
        after = wire.read_list(dict(request.query))
        if request.token.reach is Reach.ACCOUNT:
            if after is not None and not is_address_cursor(after):
                raise no_such_cursor()
            found = self._store.addresses(request.account_id, after, LARGEST_LIST, request.now)
            cursor = found[-1].address if len(found) == LARGEST_LIST else None
        else:
            found, cursor = self._of_one_domain(request, after)
        reply: Reply = wire.listed(found, cursor, request.base_url)
        return reply

    def remove(self, request: Request) -> Reply:
        """Remove every entry of a recipient that the token sees."""
        wire = _WIRES[request.dialect]
        address = wire.read_removal(dict(request.query), self._addresses)
        scopes = Scopes(self._domains, request)
        entries = self._store.of_subject(request.account_id, address)
        keys = [one.key for one in entries if scopes.sees(one.key)]
        self._store.remove(request.account_id, keys, partial(identifiers.new_id, request.now), request.now)
        reply: Reply = wire.removed()
        return reply

    def look_up(self, request: Request) -> Reply:
        """Which entries block a recipient, for one domain or for any, and what made them."""
        question = read_question(dict(request.query), self._addresses)
        scopes = Scopes(self._domains, request)
        try:
            domain_id = scopes.one(question.domain_id)
        except UnknownScopeDomainError as error:
            raise InvalidFieldsError({"domain_id": (NO_SUCH_DOMAIN,)}) from error
        blocks = self._store.blocking(request.account_id, domain_id, [question.address], request.now)
        explained = [
            (block, self._entry_of(request.account_id, question.address, block, scopes))
            for block in blocks.get(question.address, ())
        ]
        reply: Reply = _WIRES[request.dialect].answered(question, explained)
        return reply

    def _of_one_domain(
        self, request: Request, after: str | None
    ) -> tuple[Sequence[SuppressedAddress], str | None]:
        """The addresses of a restricted token's domain, newest entries first, so that it pays for its own alone."""
        if after is not None and not identifiers.is_id(after):
            raise no_such_cursor()
        query = SuppressionQuery(
            tuple(SuppressionList), (request.token.domain_id,), size=LARGEST_LIST, after=after
        )
        page = self._store.page(request.account_id, query, request.now)
        found: dict[str, list[Entry]] = {}
        for one in page.suppressions:
            if not one.key.is_pattern:
                entry = Entry(one.key, one.suppression_id, one.provenance.reason, one.expires_at)
                found.setdefault(one.key.subject, []).append(entry)
        cursor = page.suppressions[-1].suppression_id if page.has_more else None
        return [SuppressedAddress(address, tuple(entries)) for address, entries in found.items()], cursor

    def _entry_of(self, account_id: str, address: str, block: Block, scopes: Scopes) -> Suppression | None:
        """The entry behind a block, unless it is of the account and the token sees a part of it only."""
        subject, is_pattern = (address, False) if block.pattern is None else (block.pattern, True)
        if not scopes.sees(EntryKey(block.list, block.domain_id, subject, is_pattern)):
            return None
        entries = self._store.of_subject(account_id, subject, is_pattern=is_pattern)
        return next(
            (one for one in entries if (one.key.list, one.key.domain_id) == (block.list, block.domain_id)),
            None,
        )
