"""MailerSend's templates: requests into concepts, concepts into answers (contracts A.9; writing them is ours)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from letterhead import identifiers
from letterhead.dialects.fields import Fields
from letterhead.dialects.mailersend.pages import PageAddress, page_body, read_page
from letterhead.dialects.plain_text import line
from letterhead.dialects.problem import InvalidFieldsError
from letterhead.dialects.reply import Reply
from letterhead.dialects.times import in_microseconds
from letterhead.templates.template import (
    LARGEST_PART,
    LONGEST_NAME,
    LONGEST_SUBJECT,
    MOST_TAGS,
    Template,
    TemplateNotFoundError,
    TemplateQuery,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from letterhead.templates.template import TemplatePage

NO_SUCH_DOMAIN = "The selected domain id is invalid."
NOTHING_TO_SAY = "The html field is required when text is not present."


def read_creation(
    body: Mapping[str, object], *, account_id: str, template_id: str, now: datetime
) -> Template:
    """The template that `POST /v1/templates` asks for; raises `InvalidFieldsError` with every field that is wrong."""
    fields = Fields(body)
    template = Template(
        account_id=account_id,
        template_id=template_id,
        name=line(fields, "name", longest=LONGEST_NAME, required=True) or "",
        subject=line(fields, "subject", longest=LONGEST_SUBJECT) or "",
        html=_source(fields, "html"),
        text=_source(fields, "text"),
        domain_id=_domain_id(fields),
        tags=_tags(fields) or (),
        created_at=now,
        updated_at=now,
    )
    return _finished(fields, template)


def read_change(body: Mapping[str, object], before: Template, now: datetime) -> Template:
    """The template as `PUT /v1/templates/{id}` wants it: an absent field stays, null empties an optional one."""
    fields = Fields(body)
    after = replace(
        before,
        name=line(fields, "name", longest=LONGEST_NAME) or before.name,
        subject=line(fields, "subject", longest=LONGEST_SUBJECT) or before.subject,
        html=_source(fields, "html") if fields.has("html") else before.html,
        text=_source(fields, "text") if fields.has("text") else before.text,
        domain_id=_domain_id(fields) if fields.has("domain_id") else before.domain_id,
        tags=_tags(fields) or () if fields.has("tags") else before.tags,
        updated_at=now,
    )
    return _finished(fields, after)


def read_list(query: Sequence[tuple[str, str]]) -> TemplateQuery:
    """The page that `GET /v1/templates` asks for; raises `InvalidFieldsError`."""
    values = dict(query)
    wrong: dict[str, tuple[str, ...]] = {}
    page = read_page(values, wrong)
    given = values.get("domain_id") or None
    domain_id = given and identifiers.from_any(identifiers.DOMAIN_PREFIX, given)
    if given and not domain_id:
        wrong["domain_id"] = (NO_SUCH_DOMAIN,)
    if wrong:
        raise InvalidFieldsError(wrong)
    return TemplateQuery(page.number, page.size, page.after, domain_id)


def read_id(text: str) -> str:
    """The id in a path; raises `TemplateNotFoundError` for what can't be one."""
    if not identifiers.is_id(text):
        raise TemplateNotFoundError
    return text


def created(template: Template, variables: Sequence[str]) -> Reply:
    """201."""
    return Reply(201, {"data": _body(template, variables)})


def shown(template: Template, variables: Sequence[str]) -> Reply:
    """200."""
    return Reply(200, {"data": _body(template, variables)})


def deleted() -> Reply:
    """204, without a body."""
    return Reply(204)


def listed(page: TemplatePage, base_url: str) -> Reply:
    """200 with a page; the sources are in each template's own answer."""
    query = page.query
    kept = {} if query.domain_id is None else {"domain_id": query.domain_id}
    return Reply(
        200,
        page_body(
            [_row(template) for template in page.templates],
            number=query.number,
            size=query.size,
            total=page.total,
            last_id=page.templates[-1].template_id if page.templates else None,
            address=PageAddress(f"{base_url}/v1/templates", kept),
        ),
    )


def _row(template: Template) -> dict[str, object]:
    return {
        "id": template.template_id,
        "name": template.name,
        "type": "html" if template.html is not None else "text",
        "image_path": None,
        "subject": template.subject,
        "domain_id": template.domain_id,
        "tags": list(template.tags),
        "created_at": in_microseconds(template.created_at),
        "updated_at": in_microseconds(template.updated_at),
    }


def _body(template: Template, variables: Sequence[str]) -> dict[str, object]:
    return {**_row(template), "html": template.html, "text": template.text, "variables": list(variables)}


def _finished(fields: Fields, template: Template) -> Template:
    if template.html is None and template.text is None:
        fields.wrong("html", NOTHING_TO_SAY)
    fields.finish()
    return template


def _source(fields: Fields, name: str) -> str | None:
    if fields.text(name) is None:
        return None
    source = cast("str", fields.raw(name))
    if len(source.encode()) > LARGEST_PART:
        fields.wrong(name, f"The {name} may not be greater than {LARGEST_PART // 1024} KB.")
    return source


def _domain_id(fields: Fields) -> str | None:
    given = fields.text("domain_id", longest=64)
    found = given and identifiers.from_any(identifiers.DOMAIN_PREFIX, given)
    if given and not found:
        fields.wrong("domain_id", NO_SUCH_DOMAIN)
    return found or None


def _tags(fields: Fields) -> tuple[str, ...] | None:
    tags = fields.texts("tags", most=MOST_TAGS)
    for position, tag in enumerate(tags or ()):
        if not tag or len(tag) > LONGEST_NAME or not tag.isprintable():
            fields.wrong(
                f"tags.{position}", f"The tags.{position} must have 1 to {LONGEST_NAME} printable characters."
            )
    return tags
