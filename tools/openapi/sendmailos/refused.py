"""SendMailOS's shape of a refusal."""

from __future__ import annotations

from letterhead.dialects.problem import Kind, Problem
from letterhead.dialects.sendmailos.problems import render
from tools.openapi.schema import Schema, always, closed, one_of, text


def _codes() -> list[str]:
    bodies = [render(Problem(kind)).body for kind in Kind]
    return list(dict.fromkeys(body["code"] for body in bodies if isinstance(body, dict)))


SCHEMAS: dict[str, Schema] = {
    "Error": closed(
        {
            "success": always(False),
            "error": text("What is wrong; where fields are to blame, each with its name."),
            "code": one_of(_codes()),
        },
        "A refusal.",
    )
}
