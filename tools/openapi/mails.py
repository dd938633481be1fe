"""What the calls that send have in common in all three documents."""

from __future__ import annotations

from letterhead.dialects.sendmailos import send as sendmailos
from letterhead.messages import linked_files
from letterhead.messages.draft import AttachmentsTooLargeError, DraftRefusedError
from letterhead.messages.gates import Code, GateName, MailRefusedAtGateError, Verdict
from letterhead.templates.template import MissingVariablesError, RenderedTooLargeError, UnfitVariablesError
from tools.openapi.schema import Schema, array, flag, nullable, number, one_of, resource, text

REFUSALS = (
    DraftRefusedError,
    AttachmentsTooLargeError,
    MailRefusedAtGateError,
    MissingVariablesError,
    UnfitVariablesError,
    RenderedTooLargeError,
)
EXPLAIN_REFUSALS = (MissingVariablesError, UnfitVariablesError, RenderedTooLargeError)
WAIT = "`false`: refuse what is over a new domain's allowance of today instead of letting it wait until tomorrow."
_ATTACHMENTS = (
    "4 MB together: `filename`, `content` (base64), `{id}`. A larger file is uploaded first and named by `upload_id` in place of "
    "`content`; then they may have 25 MB together."
)
_LINKS = (
    f" In place of `content` there may be a `url` (https, a public address): it is fetched while the mail is taken, all within "
    f"{linked_files.SECONDS:g} seconds, with at most {linked_files.MOST_REDIRECTS} redirects. `filename` and `contentType` may "
    "then be left out: the URL's path and the answer say them. A fetched file may have "
    f"{linked_files.LARGEST_FILE // 1024 // 1024} MB, and all beside such a one "
    f"{linked_files.LARGEST_TOGETHER // 1024 // 1024} MB together. One that doesn't come whole refuses the mail."
)
UPLOAD = (
    "Hands out a form by which one file of at most 25 MB is posted straight to the store within 15 minutes: "
    "`multipart/form-data` to `url`, with all of `fields`, and the file in the field `file` after them. For 24 hours, the "
    "account's mails may name it as an attachment's `upload_id`. A file posted again is another one: mails that were taken "
    "before fail."
)
_GATE = resource(
    {
        "gate": one_of(GateName),
        "verdict": one_of(Verdict, "`waits`: it is taken and leaves later; `unknown`: it couldn't be asked."),
        "code": nullable(one_of(Code)),
        "detail": text("What the gate says, empty for one that lets the mail pass."),
        "fix": text("What to do about it."),
        "recipients": array(text(), "The recipients that it is about."),
    },
    "What one gate says.",
)


def attachments(id_key: str) -> Schema:
    """The files of a mail; `id_key` is what the service calls the id of an inline one."""
    return array({"type": "object"}, _ATTACHMENTS.format(id=id_key))


def attachments_or_links(id_key: str) -> Schema:
    """The same where a file may also be named by its URL."""
    most = sendmailos.MOST_ATTACHMENTS
    return {**array({"type": "object"}, _ATTACHMENTS.format(id=id_key) + _LINKS), "maxItems": most}


def upload(identifier: Schema, moment: Schema) -> Schema:
    """An upload, with its id and its moment as the service writes them."""
    return resource(
        {
            "id": identifier,
            "url": text("Where the form is posted.", form="uri"),
            "fields": {
                "type": "object",
                "additionalProperties": text(),
                "description": "The form's fields but the file. Who has them can put the file there.",
            },
            "largest": number("How many octets the file may have.", least=1),
            "expires_at": moment,
        },
        "Where a file goes.",
    )


SCHEMAS: dict[str, Schema] = {
    "Explanation": resource(
        {
            "data": resource(
                {
                    "can_send": flag(),
                    "errors": {
                        "type": "object",
                        "additionalProperties": array(text()),
                        "description": "What is wrong, by field.",
                    },
                    "gates": array(_GATE, "Every gate, in the order in which they are asked."),
                }
            )
        },
        "What would become of a mail.",
    )
}
