"""Stored templates over HTTP: each call reads the request, does one thing and answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from letterhead import identifiers
from letterhead.dialects.mailersend import templates as wire
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.templates.template import TemplateNotFoundError, check

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from letterhead.dialects.reply import Reply
    from letterhead.http.request import Request
    from letterhead.templates.template import Template, TemplateEngine, TemplateStore
    from letterhead.tokens.restriction import FoundDomains


class TemplateCalls:
    """The calls on `/v1/templates`. A token of one domain sees that domain's templates and no others."""

    def __init__(self, store: TemplateStore, domains: FoundDomains, engine: TemplateEngine) -> None:
        self._store = store
        self._domains = domains
        self._engine = engine

    @property
    def operations(self) -> Mapping[str, Callable[[Request], Reply]]:
        """Each call by the name that it has in the table of routes."""
        return {
            "templates.create": self.create,
            "templates.list": self.list,
            "templates.show": self.show,
            "templates.update": self.update,
            "templates.delete": self.delete,
        }

    def create(self, request: Request) -> Reply:
        """`POST /v1/templates`."""
        template = wire.read_creation(
            request.json,
            account_id=request.account_id,
            template_id=identifiers.new_id(request.now),
            now=request.now,
        )
        template = self._checked(template, request)
        self._store.add(template)
        return wire.created(template, _variables(template, self._engine))

    def list(self, request: Request) -> Reply:
        """`GET /v1/templates`."""
        query = wire.read_list(request.query)
        restriction = request.token.domain_id
        if restriction is not None and query.domain_id not in (None, restriction):
            # What a restricted token can't see isn't there.
            query = replace(query, domain_id="")
        elif restriction is not None:
            query = replace(query, domain_id=restriction)
        return wire.listed(self._store.page(request.account_id, query), request.base_url)

    def show(self, request: Request) -> Reply:
        """`GET /v1/templates/{template}`."""
        template = self._named(request)
        return wire.shown(template, _variables(template, self._engine))

    def update(self, request: Request) -> Reply:
        """`PUT /v1/templates/{template}`."""
        before = self._named(request)
        after = self._checked(wire.read_change(request.json, before, request.now), request)
        self._store.change(before, after)
        return wire.shown(after, _variables(after, self._engine))

    def delete(self, request: Request) -> Reply:
        """`DELETE /v1/templates/{template}`."""
        self._store.remove(request.account_id, self._named(request).template_id)
        return wire.deleted()

    def _checked(self, template: Template, request: Request) -> Template:
        """The template, if it can be read and its domain is one that the token reaches."""
        check(template, self._engine)
        if template.domain_id is None:
            # A restricted token's templates are its domain's.
            return replace(template, domain_id=request.token.domain_id)
        reached = request.token.sees_domain(template.domain_id)
        if not reached or self._domains.by_id(request.account_id, template.domain_id) is None:
            raise InvalidFieldsError({"domain_id": (wire.NO_SUCH_DOMAIN,)})
        return template

    def _named(self, request: Request) -> Template:
        found = self._store.by_id(request.account_id, wire.read_id(request.parameters["template"]))
        if found is None or request.token.domain_id not in (None, found.domain_id):
            raise TemplateNotFoundError
        return found


def _variables(template: Template, engine: TemplateEngine) -> tuple[str, ...]:
    needed = [engine.variables(source) for source in template.parts.values()]
    return tuple(sorted(frozenset[str]().union(*needed)))
