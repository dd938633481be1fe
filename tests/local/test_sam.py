"""How the SAM CLI is called, and what is made of its failures. A program stands in for it that tells how it was called."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import stat
import sys

import pytest

from local import sam as sam_module
from local.checkout import Checkout
from local.failure import LocalCloudError
from local.parameters import build_parameters, deploy_parameters, override_arguments
from local.sam import Sam, essence
from local.source_template import SourceTemplate
from local.stack_file import Address, AwsAccess

TELLING_SAM = f"""#!{sys.executable}
import json, os, sys
with open("called.jsonl", "a") as file:
    print(json.dumps({{"arguments": sys.argv[1:], "environment": dict(os.environ)}}), file=file)
print(os.environ.get("SAYS", ""))
if "--build-dir" in sys.argv:
    folder = sys.argv[sys.argv.index("--build-dir") + 1]
    os.makedirs(folder, exist_ok=True)
    open(os.path.join(folder, "template.yaml"), "w").close()
sys.exit(int(os.environ.get("EXIT", "0")))
"""
PARAMETERS = frozenset({"PythonRuntime", "Architecture", "PublicUrl", "DnsResolvers"})
ACCESS = AwsAccess("http://127.0.0.1:4566", "us-east-1", "root", "secret")
DNS = Address("127.0.0.1", 5353)


@pytest.fixture
def checkout(tmp_path):
    for name in ("functions/domains/app.py", "layers/letterhead/rules.py", "template.yaml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("one = 1\n")
    checkout = Checkout(tmp_path)
    checkout.prepare()
    return checkout


@pytest.fixture
def sam_for(checkout, tmp_path, monkeypatch):
    program = tmp_path / "bin" / "sam"
    program.parent.mkdir()
    program.write_text(TELLING_SAM)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(sam_module.sys, "executable", str(program.parent / "python"))

    def make(**environment):
        users = {"PATH": os.environ["PATH"], "AWS_PROFILE": "mine", **environment}
        return Sam(checkout, SourceTemplate(PARAMETERS, {}), users)

    return make


def calls(checkout):
    return [json.loads(line) for line in (checkout.root / "called.jsonl").read_text().splitlines()]


def overrides(arguments):
    start = arguments.index("--parameter-overrides") + 1
    return dict(pair.split("=", 1) for pair in arguments[start:])


def test_the_build_is_for_this_very_python(checkout, sam_for):
    asyncio.run(sam_for().build())

    (call,) = calls(checkout)
    assert call["arguments"][0] == "build"
    assert overrides(call["arguments"]) == build_parameters()
    assert build_parameters()["PythonRuntime"] == f"python{sys.version_info.major}.{sys.version_info.minor}"


def test_the_deploy_gets_the_same_parameters_and_the_addresses_of_our_parts(checkout, sam_for):
    asyncio.run(sam_for().deploy(ACCESS, deploy_parameters("http://127.0.0.1:8787", DNS)))

    (call,) = calls(checkout)
    assert call["arguments"][0] == "deploy"
    assert overrides(call["arguments"]) == build_parameters() | {
        "PublicUrl": "http://127.0.0.1:8787",
        "DnsResolvers": "127.0.0.1:5353",
    }
    assert call["environment"]["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
    assert "AWS_PROFILE" not in call["environment"]


def test_samconfig_toml_which_is_for_aws_is_not_read(checkout, sam_for):
    asyncio.run(sam_for().build())

    arguments = calls(checkout)[0]["arguments"]
    config = arguments[arguments.index("--config-file") + 1]
    assert config.startswith(str(checkout.sam_home))


def test_a_parameter_that_the_template_does_not_declare_is_not_given():
    assert override_arguments({"B": "2", "A": "1", "Unknown": "3"}, {"A", "B"}) == [
        "--parameter-overrides",
        "A=1",
        "B=2",
    ]
    assert override_arguments({"Unknown": "3"}, {"A"}) == []


def test_a_second_build_of_the_same_sources_is_not_needed(sam_for):
    assert not sam_for().build_is_current()
    asyncio.run(sam_for().build())

    assert sam_for().build_is_current()


CHANGES = {
    "a changed line": lambda root: (root / "functions/domains/app.py").write_text("two = 2\n"),
    "a new file": lambda root: (root / "layers/letterhead/new.py").write_text(""),
    "a removed file": lambda root: (root / "layers/letterhead/rules.py").unlink(),
    "a renamed file": lambda root: (root / "layers/letterhead/rules.py").rename(
        root / "layers/letterhead/r.py"
    ),
    "the template": lambda root: (root / "template.yaml").write_text("Resources: {}\n"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_any_change_of_the_sources_asks_for_a_build(checkout, sam_for, change):
    asyncio.run(sam_for().build())

    change(checkout.root)

    assert not sam_for().build_is_current()


def test_bytecode_beside_the_sources_changes_nothing(checkout, sam_for):
    asyncio.run(sam_for().build())
    cached = checkout.root / "functions/domains/__pycache__/app.pyc"
    cached.parent.mkdir()
    cached.write_bytes(b"1")

    assert sam_for().build_is_current()


def test_a_build_that_somebody_removed_is_made_again(checkout, sam_for):
    asyncio.run(sam_for().build())

    shutil.rmtree(checkout.build)

    assert not sam_for().build_is_current()


def test_a_failed_build_does_not_count(sam_for):
    with pytest.raises(LocalCloudError):
        asyncio.run(sam_for(EXIT="1").build())

    assert not sam_for().build_is_current()


def test_a_failure_is_one_line_with_sams_reason_and_the_place_of_the_log(sam_for):
    with pytest.raises(LocalCloudError) as failure:
        asyncio.run(sam_for(EXIT="1", SAYS="Building\nError: no such runtime\nCommands you can use").build())

    assert str(failure.value) == (
        "`sam build` failed: Error: no such runtime (all of it: .local/logs/sam-build.log)"
    )


# What sam wrote, and the line that says what is wrong.
ESSENCES = [
    ("Starting\nError: Failed to create changeset\n", "Error: Failed to create changeset"),
    (
        "Build Failed\nError: PythonPipBuilder:ResolveDependencies - x\n",
        "Error: PythonPipBuilder:ResolveDependencies - x",
    ),
    ("CREATE_FAILED  AWS::X  Table  no\nThe end\n", "CREATE_FAILED  AWS::X  Table  no"),
    ("killed", "killed"),
    ("", "no output"),
]


@pytest.mark.parametrize(("output", "line"), ESSENCES)
def test_the_essence_of_an_output_is_the_line_that_says_what_is_wrong(output, line):
    assert essence(output) == line


def test_without_the_sam_cli_there_is_one_line(checkout, monkeypatch):
    monkeypatch.setattr(sam_module.sys, "executable", "/nowhere/python")
    sam = Sam(checkout, SourceTemplate(PARAMETERS, {}), {"PATH": "/nowhere"})

    with pytest.raises(LocalCloudError, match="SAM CLI isn't in this environment"):
        sam.command()
