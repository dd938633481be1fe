"""MailerSend's templates; writing them is Letterhead's addition."""

from __future__ import annotations

from letterhead.dialects.problem import InvalidFieldsError
from letterhead.templates.template import (
    LONGEST_NAME,
    LONGEST_SUBJECT,
    MOST_TAGS,
    TemplateChangedError,
    TemplateNotFoundError,
    TemplateSyntaxError,
)
from tools.openapi import values
from tools.openapi.mailersend.pages import PARAMETERS, one, page_of
from tools.openapi.operation import Answer, Link, Operation, Parameter, Place
from tools.openapi.schema import Schema, array, body, nullable, one_of, optional, resource, text

_TAG = "Templates"
TAG = {_TAG: "Mails written once, with `{{ variables }}` for what differs from recipient to recipient."}
PATH_PARAMETERS = {"template": Parameter("template", Place.PATH, values.short_id(), "The template's id.")}
_ROW = {
    "id": values.short_id(),
    "name": text(),
    "type": one_of(["html", "text"], "`text`: it has no HTML."),
    "image_path": {"type": "null"},
    "subject": text(),
    "domain_id": nullable(values.short_id("The domain whose template it is; null for all of the account's.")),
    "tags": array(text()),
    "created_at": values.precise_moment(),
    "updated_at": values.precise_moment(),
}
SCHEMAS: dict[str, Schema] = {
    "TemplateInList": resource(_ROW, "A template without its sources."),
    "Template": resource(
        {
            **_ROW,
            "html": nullable(text()),
            "text": nullable(text()),
            "variables": array(text(), "What a mail made from it has to give."),
        },
        "A template.",
    ),
}
_TEMPLATE = {"template": "$response.body#/data/id"}
_LINKS = {
    "Show": Link("showTemplate", _TEMPLATE),
    "Change": Link("changeTemplate", _TEMPLATE),
    "Delete": Link("deleteTemplate", _TEMPLATE),
}
_FIELDS = {
    "name": values.line("What it is called.", longest=LONGEST_NAME),
    "subject": optional(
        values.line(
            "The subject; `{{ variables }}` are filled in. Without it each mail brings its own.",
            longest=LONGEST_SUBJECT,
        )
    ),
    "html": optional(text("The HTML, at most 256 KB; variables are escaped.")),
    "text": optional(text("The text, at most 256 KB. One of the two is needed.")),
    "domain_id": optional(values.short_id("Whose template it is to be.")),
    "tags": optional(array(text(longest=LONGEST_NAME), most=MOST_TAGS)),
}
_DOMAIN = Parameter("domain_id", Place.QUERY, values.short_id(), "Only this domain's.")

OPERATIONS = {
    ("POST", "/v1/templates"): Operation(
        "createTemplate",
        _TAG,
        "Create a template",
        "It is checked at once: values, a few filters, conditions and loops over lists may stand in it.",
        Answer(201, "The new template.", one("Template"), _LINKS),
        body=body(_FIELDS, required=("name",)),
        refusals=(TemplateSyntaxError,),
    ),
    ("GET", "/v1/templates"): Operation(
        "listTemplates",
        _TAG,
        "List templates",
        "Newest first.",
        Answer(200, "A page.", page_of("TemplateInList")),
        parameters=(*PARAMETERS, _DOMAIN),
        refusals=(InvalidFieldsError,),
    ),
    ("GET", "/v1/templates/{template}"): Operation(
        "showTemplate",
        _TAG,
        "Show a template",
        "With its sources.",
        Answer(200, "The template.", one("Template")),
        refusals=(TemplateNotFoundError,),
    ),
    ("PUT", "/v1/templates/{template}"): Operation(
        "changeTemplate",
        _TAG,
        "Change a template",
        "What is absent stays; null empties `html`, `text`, `domain_id` and `tags`.",
        Answer(200, "The template.", one("Template")),
        body=body(_FIELDS),
        refusals=(TemplateNotFoundError, TemplateChangedError, TemplateSyntaxError),
    ),
    ("DELETE", "/v1/templates/{template}"): Operation(
        "deleteTemplate",
        _TAG,
        "Delete a template",
        "Mail that was accepted with it goes out all the same.",
        Answer(204, "It is gone."),
        refusals=(TemplateNotFoundError,),
    ),
}
