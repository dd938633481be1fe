"""The settings of an account's confirmation mails, in MailerSend's style."""

from __future__ import annotations

from letterhead.identifiers import DOMAIN_PREFIX
from letterhead.identities.creation import UnknownDomainError
from letterhead.identities.link_host import MOST_LINK_HOSTS, Trouble
from letterhead.identities.settings import LinkHostError, SenderDomainError
from tools.openapi import values
from tools.openapi.mailersend.identities import TAG
from tools.openapi.mailersend.pages import one
from tools.openapi.operation import Answer, Operation
from tools.openapi.schema import (
    Schema,
    always,
    array,
    body,
    flag,
    nullable,
    one_of,
    optional,
    ref,
    resource,
    text,
)

_TAG = next(iter(TAG))
_COLOUR = text("`#rrggbb`", pattern="^#[0-9A-Fa-f]{6}$", example="#1a73e8")
_SETTINGS: dict[str, Schema] = {
    "sender_name": text("The name beside the sender address.", longest=191, pattern=values.LINE),
    "sender_local_part": text(
        "What stands before the @ of the sender address, at the identity's own domain. ASCII.", longest=64
    ),
    "sender_email": text(
        "Another sender address, at a verified domain of the account.", longest=191, form="email"
    ),
    "subject": text(
        "The mail's subject; it may have `{{ asker }}`, `{{ name }}`, `{{ address }}` and `{{ domain }}`.",
        longest=191,
        pattern=values.LINE,
    ),
    "html": text(
        "What stands in the mail's frame, as HTML with `{{ button }}` or `{{ link }}`. What runs or loads anything is refused.",
        longest=50_000,
    ),
    "text": text("The mail's plain text, with `{{ link }}` on a line of its own.", longest=20_000),
    "logo_url": text(
        "An https address.", longest=2000, form="uri", example="https://web-agency.com/logo.png"
    ),
    "button_color": _COLOUR,
    "background_color": _COLOUR,
    "button_text": text("What stands on the button.", longest=60, pattern=values.LINE),
    "success_message": text("What the page says after the confirmation.", longest=500),
}
_LINK_HOSTS = array(
    body(
        {
            "domain_id": values.id_of_any_form(DOMAIN_PREFIX, "A verified domain of the account."),
            "host": optional(
                text("A name below the domain; `links.` before its name if left out.", longest=253)
            ),
        },
        required=("domain_id",),
    ),
    "The domains whose links lead to a host of their own, all of them: the list replaces the one before. A host is used while "
    "its CNAME record is right and this service answers there over https.",
    most=MOST_LINK_HOSTS,
)
_FIELDS = {name: optional(schema) for name, schema in _SETTINGS.items()} | {
    "link_hosts": optional(_LINK_HOSTS)
}
SCHEMAS: dict[str, Schema] = {
    "IdentitySettings": resource(
        {name: nullable(text()) for name in _SETTINGS} | {"link_hosts": array(ref("LinkHost"))},
        "How confirmation mails look; null where the default holds.",
    ),
    "LinkHost": resource(
        {
            "domain_id": values.short_id(),
            "host": text(example="links.web-agency.com"),
            "in_use": flag("Whether links lead there now."),
            "record": resource({"type": always("CNAME"), "name": text(), "value": text()}),
            "checked_at": nullable(values.precise_moment()),
            "finding": nullable(
                resource(
                    {
                        "code": one_of([f"link_host_{trouble}" for trouble in Trouble]),
                        "message": text(),
                        "expected": text(),
                        "found": nullable(text()),
                        "fix": resource(
                            {
                                "sentence": text(),
                                "type": always("CNAME"),
                                "name": text(),
                                "value": text(),
                            }
                        ),
                    }
                )
            ),
        },
        "A domain's own host for links, and why it isn't used, if it isn't.",
    ),
    "MailPreview": resource(
        {
            "from": text(example='"Web Agency" <confirm@web-agency.com>'),
            "subject": text(),
            "html": text(),
            "text": text(),
            "success_message": nullable(text()),
        },
        "A confirmation mail to a person who doesn't exist.",
    ),
}
_SHOWN = Answer(200, "The settings.", one("IdentitySettings"))

OPERATIONS = {
    ("GET", "/v1/identities/settings"): Operation(
        "showIdentitySettings",
        _TAG,
        "Show how confirmation mails look",
        "For the whole account.",
        _SHOWN,
    ),
    ("PUT", "/v1/identities/settings"): Operation(
        "changeIdentitySettings",
        _TAG,
        "Change how confirmation mails look",
        "Fields that are absent stay, null brings the default back.",
        _SHOWN,
        body=body(_FIELDS),
        body_required=False,
        refusals=(SenderDomainError, LinkHostError),
    ),
    ("POST", "/v1/identities/settings/preview"): Operation(
        "previewIdentitySettings",
        _TAG,
        "See a confirmation mail before it is sent",
        "What is stored, with what the body names otherwise. Nothing is stored or sent.",
        Answer(200, "The mail.", one("MailPreview")),
        body=body(
            {
                **_FIELDS,
                "domain_id": optional(
                    values.id_of_any_form(DOMAIN_PREFIX, "The domain that the mail would be about.")
                ),
            }
        ),
        body_required=False,
        refusals=(SenderDomainError, LinkHostError, UnknownDomainError),
    ),
}
