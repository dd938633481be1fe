"""Sendara's shape of a refusal."""

from __future__ import annotations

from letterhead.dialects.problem import Kind, Problem
from letterhead.dialects.sendara.problems import render
from tools.openapi.schema import Schema, closed, number, one_of, text


def _codes() -> list[str]:
    bodies = [render(Problem(kind)).body for kind in Kind]
    return list(dict.fromkeys(body["error"]["code"] for body in bodies if isinstance(body, dict)))


SCHEMAS: dict[str, Schema] = {
    "Error": closed(
        {
            "error": closed(
                {
                    "code": one_of(_codes()),
                    "message": text("What is wrong; where fields are to blame, each with its name."),
                    "status": number("The answer's status.", least=400, most=599),
                }
            )
        },
        "A refusal.",
    ),
    "UnrecognisedError": closed(
        {"message": text(example="Unauthenticated.")},
        "A refusal on a path that MailerSend documents too, of a request that nothing shows to be meant for Sendara's.",
    ),
}
