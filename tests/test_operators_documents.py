"""What the documents tell an operator to type is there: commands, their variables, and names of the template."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.fakes.source_template import PATH, template

CHECKOUT = Path(__file__).parents[1]
DOCUMENTS = (
    "README.md",
    "docs/cost.md",
    "docs/deploy.md",
    "docs/operate.md",
    "docs/scale.md",
    "docs/webhooks.md",
)
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
COMMAND = re.compile(r"(?:[A-Z]+=\S+ )*\bmake [a-z][a-z0-9-]*(?: [A-Z_]+=(?:\"[^\"]*\"|[^\s`]+))*")
VARIABLE = re.compile(r"\b([A-Z_]+)=")
# Two words run together: a parameter, a resource, a metric.
NAME = re.compile(r"(?<![\w./:-])[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)+(?![\w./:(-])")
OF_AWS = {"AllViewerExceptHostHeader"}  # a policy of CloudFront's


def code_of(document: str) -> list[str]:
    return CODE.findall((CHECKOUT / document).read_text())


def commands() -> list[str]:
    found = {
        command for document in DOCUMENTS for code in code_of(document) for command in COMMAND.findall(code)
    }
    return sorted(found)


@pytest.fixture(scope="module")
def read_somewhere() -> str:
    """Everything that reads a variable."""
    programs = [path for folder in ("tools", "local") for path in (CHECKOUT / folder).rglob("*.py")]
    return "\n".join(path.read_text() for path in [CHECKOUT / "Makefile", *programs])


def test_every_command_of_the_documents_is_one_that_make_can_carry_out():
    free = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    assert len(commands()) > 10
    failed = {}
    for command in commands():
        words = command.replace("…", "x")
        tried = subprocess.run(
            ["sh", "-c", words.replace("make ", "make --dry-run ", 1)],
            cwd=CHECKOUT,
            env=free,
            capture_output=True,
            text=True,
            check=False,
        )
        if tried.returncode:
            failed[command] = tried.stderr
    assert failed == {}


def test_every_variable_of_a_command_is_read(read_somewhere):
    named = {variable for command in commands() for variable in VARIABLE.findall(command)}
    assert {"ENV", "STACK", "DOMAINS"} <= named
    assert [variable for variable in sorted(named) if not re.search(rf"\b{variable}\b", read_somewhere)] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_name_in_a_document_is_one_of_the_template(document):
    known = set(re.findall(r"\w+", PATH.read_text())) | OF_AWS
    layer = "\n".join(path.read_text() for path in (CHECKOUT / "layers" / "letterhead").rglob("*.py"))
    unknown = {name for code in code_of(document) for name in NAME.findall(code)} - known
    assert [name for name in sorted(unknown) if name not in layer] == []


def test_the_parameters_that_deploying_names_are_parameters():
    text = " ".join(code_of("docs/deploy.md"))
    parameters, resources = template()["Parameters"], template()["Resources"]
    allowed = {str(value) for each in parameters.values() for value in each.get("AllowedValues", [])}
    named = set(NAME.findall(text))
    assert {"PublicUrl", "OperatorHosts", "AlarmEmail"} <= named
    assert named - set(parameters) - set(resources) - allowed == set()


def test_what_is_no_name_of_the_template_would_be_seen():
    assert NAME.findall("`PublicURLs` `PublicUrlx` `Rollout=Canary10Percent10Minutes`") == [
        "PublicUrlx",
        "Canary10Percent10Minutes",
    ]
