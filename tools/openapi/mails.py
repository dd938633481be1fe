"""What the calls that send have in common in all three documents."""

from __future__ import annotations

from letterhead.messages.draft import AttachmentsTooLargeError, DraftRefusedError
from letterhead.messages.gates import Code, GateName, MailRefusedAtGateError, Verdict
from letterhead.templates.template import MissingVariablesError, RenderedTooLargeError
from tools.openapi.schema import Schema, array, flag, nullable, one_of, resource, text

REFUSALS = (
    DraftRefusedError,
    AttachmentsTooLargeError,
    MailRefusedAtGateError,
    MissingVariablesError,
    RenderedTooLargeError,
)
EXPLAIN_REFUSALS = (MissingVariablesError, RenderedTooLargeError)
WAIT = "`false`: refuse what is over a new domain's allowance of today instead of letting it wait until tomorrow."
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
