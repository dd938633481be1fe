"""`python -m tools.deployment deploy|undeploy ENVIRONMENT`: the first deployment asks, the others don't.

Undeploying asks for the stack's name; UNDEPLOY=<stack's name> answers beforehand. What holds data stays behind where
`DeletionProtection` is on, and is named.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local.checkout import REPOSITORY
from local.standard_output import outlive_reader
from tools.deployment.environments import DeploymentError, Environment, environment
from tools.deployment.stack import keep, outputs, remove

CONFIG = REPOSITORY / "samconfig.toml"
POLICY = REPOSITORY / "stack-policy.json"

Run = Callable[[Sequence[str]], int]
Clients = Callable[[Environment], Any]


def main(
    arguments: Sequence[str],
    variables: Mapping[str, str],
    run: Run,
    clients: Clients,
    ask: Callable[[str], str] | None,
    config: Path = CONFIG,
) -> int:
    """Do it; `ask` is None where nobody can be asked."""
    try:
        match arguments:
            case ["deploy", name]:
                return deploy(environment(config, name), run, clients, ask, config)
            case ["undeploy", name]:
                return undeploy(environment(config, name), variables, clients, ask)
            case _:
                raise DeploymentError("say deploy or undeploy, and which environment of samconfig.toml")
    except DeploymentError as error:
        print(f"letterhead: {error}", file=sys.stderr)
    except (BotoCoreError, ClientError) as error:
        print(f"letterhead: {' '.join(str(error).split())}", file=sys.stderr)
    return 1


def deploy(
    chosen: Environment, run: Run, clients: Clients, ask: Callable[[str], str] | None, config: Path
) -> int:
    """Build, deploy, protect, and say what comes next; the exit code."""
    first = chosen.region is None
    if first and ask is None:
        raise DeploymentError(
            f'the first deployment asks: run it in a terminal, or write region = "…" under'
            f" [{chosen.name}.deploy.parameters] of samconfig.toml"
        )
    # Runtime and processor decide what is built, not only what is deployed.
    overrides = ["--parameter-overrides", chosen.overrides] if chosen.overrides else []
    if code := run(["sam", "build", "--config-env", chosen.name, *overrides]):
        return code
    if code := run(["sam", "deploy", "--config-env", chosen.name, *(["--guided"] if first else [])]):
        return code
    chosen = environment(config, chosen.name)
    if chosen.region is None:
        raise DeploymentError(
            f'the stack is there, but unprotected, for the answers weren\'t kept: write region = "…" under'
            f" [{chosen.name}.deploy.parameters] of samconfig.toml, and the parameters, and deploy again"
        )
    cloudformation = clients(chosen)
    keep(cloudformation, chosen, POLICY.read_text(encoding="utf-8"))
    for key, value in outputs(cloudformation, chosen.stack_name).items():
        print(f"{key}: {value}")
    return 0


def undeploy(
    chosen: Environment,
    variables: Mapping[str, str],
    clients: Clients,
    ask: Callable[[str], str] | None,
) -> int:
    """Delete the stack after its name was given, and name what stays."""
    name = chosen.stack_name
    question = f"This deletes the stack {name} in {chosen.region}. Type its name to go on: "
    answer = variables.get("UNDEPLOY") or (ask(question) if ask is not None else "")
    if answer != name:
        raise DeploymentError(f"nothing was deleted: UNDEPLOY={name} or the name typed would have done it")
    left = remove(clients(chosen), name)
    print(f"The stack {name} is deleted.")
    for resource in left:
        print(f"  kept, with what it holds: {resource}")
    return 0


def _clients(chosen: Environment) -> Any:
    return boto3.Session(region_name=chosen.region).client("cloudformation")


if __name__ == "__main__":
    outlive_reader()
    asking = input if sys.stdin.isatty() else None
    sys.exit(
        main(
            sys.argv[1:],
            os.environ,
            lambda command: subprocess.run(command, check=False).returncode,
            _clients,
            asking,
        )
    )
