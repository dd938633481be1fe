"""A stored template, and what it needs to become a mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

LONGEST_NAME = 191
LONGEST_SUBJECT = 998
LARGEST_PART = 256 * 1024  # octets of text or HTML, so that a template is one item with room to spare
MOST_TAGS = 5


class TemplateNotFoundError(Exception):
    """This account has no such template."""


class TemplateChangedError(Exception):
    """The template isn't any more what it was when it was read."""


class TemplateSyntaxError(Exception):
    """A part of a template can't be read, or has what a template may not have; the message says what and where."""

    def __init__(self, part: str, reason: str) -> None:
        super().__init__(f"{part}: {reason}")
        self.part = part
        self.reason = reason


class MissingVariablesError(Exception):
    """A template has places that the caller gave nothing for."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(sorted(names))
        super().__init__(", ".join(self.names))


class UnfitVariablesError(Exception):
    """A template does something with a variable that can't be done with the value that was given: compares a number with a
    word, asks for the length of a number."""


class RenderedTooLargeError(Exception):
    """A template, filled in, is larger than a mail may be."""


@value_type
class Template:
    """A template. `domain_id` restricts it to a domain, whose tokens see it; None is for the whole account."""

    account_id: str
    template_id: str
    name: str
    subject: str
    created_at: datetime
    updated_at: datetime
    html: str | None = None
    text: str | None = None
    domain_id: str | None = None
    tags: tuple[str, ...] = ()

    @property
    def parts(self) -> Mapping[str, str]:
        """Its sources by their names."""
        sources = {"subject": self.subject, "html": self.html, "text": self.text}
        return {name: source for name, source in sources.items() if source is not None}


@value_type
class TemplateQuery:
    """A page of an account's templates, or of one domain's. `after` is the id of the last one on the page before."""

    number: int
    size: int
    after: str | None = None
    domain_id: str | None = None


@value_type
class TemplatePage:
    """The templates of a page, and how many there are in all."""

    query: TemplateQuery
    templates: tuple[Template, ...]
    total: int


class TemplateEngine(Protocol):
    """A sandboxed template language."""

    def variables(self, source: str) -> frozenset[str]:
        """The names of the variables that a source needs; raises ValueError for what can't be read or may not be there."""

    def fill(self, source: str, variables: Mapping[str, object], *, html: bool) -> str:
        """The source with its variables filled in, escaped if it is HTML.

        Raises `UnfitVariablesError`, `RenderedTooLargeError`.
        """


class TemplateStore(Protocol):
    """Where templates are kept."""

    def by_id(self, account_id: str, template_id: str) -> Template | None:
        """The account's template of that id."""

    def add(self, template: Template) -> None:
        """Store a new one."""

    def change(self, before: Template, after: Template) -> None:
        """Store what changed; raises `TemplateChangedError`, `TemplateNotFoundError`."""

    def remove(self, account_id: str, template_id: str) -> None:
        """Forget one; raises `TemplateNotFoundError`."""

    def page(self, account_id: str, query: TemplateQuery) -> TemplatePage:
        """A page, newest first."""


@value_type
class Filled:
    """What a template has become."""

    subject: str
    html: str | None
    text: str | None


def check(template: Template, engine: TemplateEngine) -> None:
    """Raise `TemplateSyntaxError` for the first part that can't be a template's."""
    for part, source in template.parts.items():
        try:
            engine.variables(source)
        except ValueError as error:
            raise TemplateSyntaxError(part, str(error)) from error


def fill(template: Template, variables: Mapping[str, object], engine: TemplateEngine) -> Filled:
    """The template as a mail for one recipient; raises `MissingVariablesError` naming all that is missing,
    `UnfitVariablesError`, `RenderedTooLargeError`."""
    needed = frozenset[str]().union(*(engine.variables(source) for source in template.parts.values()))
    missing = needed - variables.keys()
    if missing:
        raise MissingVariablesError(missing)
    filled = {
        part: engine.fill(source, variables, html=part == "html") for part, source in template.parts.items()
    }
    # A value may have a line break in it, a subject none (RFC 5322 section 2.2).
    subject = " ".join(filled["subject"].split())
    return Filled(subject, filled.get("html"), filled.get("text"))
