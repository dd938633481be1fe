"""MailerSend's shapes of a refusal."""

from __future__ import annotations

from tools.openapi.schema import array, closed, text

SCHEMAS = {
    "Error": closed({"message": text(example="Resource not found.")}, "A refusal."),
    "ValidationError": closed(
        {
            "message": text(
                "The first text, and how many more there are.", example="The name field is required."
            ),
            "errors": {
                "type": "object",
                "description": "By field (nested ones with dots, `scopes.0`) what is wrong with it.",
                "minProperties": 1,
                "additionalProperties": array(text(), least=1),
            },
        },
        "A request whose fields can't be taken, or not now.",
    ),
}
BY_STATUS = {422: "ValidationError"}
