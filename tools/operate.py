"""Have the operator function do something: `python -m tools.operate ACTION [name=value …]`.

It is the local cloud's of this folder, or, with the variable STACK set, that of the deployed CloudFormation stack of that name,
found with the AWS set-up of whoever runs this. A value that is a JSON object, list, true, false or null is taken as that, any
other as text. Without arguments they are read from the variable ACT, where quotes hold words together and JSON stands as it
is. Prints the answer as JSON; a refusal is one line on standard error and exit code 1.

What takes something from somebody is asked about first: whoever runs it types the account's id or the name that it is about; the
variable SURE=<the same> answers beforehand, for scripts.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local.aws import Aws
from local.checkout import Checkout, cloud_of
from local.sam import STACK_NAME
from local.stack_file import read_stack
from local.standard_output import outlive_reader

FUNCTION_OUTPUT = "OperatorFunction"
LONGEST_ACT_SECONDS = 900
ONCE = "These tokens are shown this once: keep them."

# What takes something from somebody: which argument has to be typed again, and what happens.
TAKING: Mapping[str, tuple[str, str]] = {
    "suspend_account": ("account_id", "This stops the account's API and mail until resume_account."),
    "delete_account": ("account_id", "This deletes the account with all that it has. There is no way back."),
    "transfer_name": ("name", "This takes the name from whoever holds it: their mail from it stops."),
    "release_name": ("name", "This takes the name from whoever holds it: their mail from it stops."),
}

Client = Callable[[str], Any]


class OperateError(Exception):
    """What was asked for can't be done; the message is one line for a person."""


def main(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    checkout: Checkout,
    ask: Callable[[str], str] | None = None,
) -> int:
    """Do what the arguments say and print what came of it; `ask` is None where nobody can be asked."""
    try:
        arguments = arguments or words(environment.get("ACT", ""))
        if not arguments:
            raise OperateError("say what to do: create_account name=… owner_email=…, list_accounts, …")
        event = {"action": arguments[0], **dict(map(_argument, arguments[1:]))}
        stack, client = _deployment(environment, checkout)
        _make_sure(event, environment, ask)
        answer = (
            _parts(client, stack, event)
            if event["action"] == "export_account"
            else invoke(client, stack, event)
        )
    except OperateError as error:
        print(f"letterhead: {error}", file=sys.stderr)
        return 1
    _print(answer)
    if {"token", "tokens"} & answer.keys() and event["action"] != "export_account":
        print(ONCE, file=sys.stderr)
    return 0


def invoke(client: Client, stack: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """The operator function's answer to an event; raises `OperateError` when it refuses or can't be reached."""
    try:
        answer = client("lambda").invoke(
            FunctionName=_operator_function(client("cloudformation"), stack),
            Payload=json.dumps(event).encode(),
        )
        result = json.loads(answer["Payload"].read())
    except (BotoCoreError, ClientError) as error:
        raise OperateError(" ".join(str(error).split())) from error
    if answer.get("FunctionError"):
        raise OperateError(f"the operator function failed: {result.get('errorType', 'see its log')}")
    if not isinstance(result, dict) or "error" in result:
        raise OperateError(result["error"] if isinstance(result, dict) else f"unexpected answer: {result}")
    return result


def _parts(client: Client, stack: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """The last part of an export; those before it are printed, one JSON document after the other.

    Whoever names a part gets that and those behind it. What breaks off says where it goes on.
    """
    answer = invoke(client, stack, event)
    while after := answer.get("next"):
        _print(answer)
        try:
            answer = invoke(client, stack, {**event, "after": after})
        except OperateError as error:
            raise OperateError(f"{error}; the export goes on with after={after}") from error
    return answer


def _print(answer: Mapping[str, Any]) -> None:
    print(json.dumps(answer, indent=2, ensure_ascii=False), flush=True)


def words(act: str) -> list[str]:
    """The words of a line: spaces part them, but not within quotes, which are taken off, nor within JSON, which keeps its own."""
    found: list[str] = []
    word, quote, depth = "", "", 0
    for sign in f"{act} ":
        if depth or (sign in "{[" and word.endswith("=") and not quote):
            word += sign
            if sign == '"':
                quote = "" if quote else sign
            elif not quote:
                depth += (sign in "{[") - (sign in "}]")
        elif quote or sign in "\"'":
            if not quote:
                quote = sign
            elif sign == quote:
                quote = ""
            else:
                word += sign
        elif not sign.isspace():
            word += sign
        elif word:
            found.append(word)
            word = ""
    if word:
        raise OperateError(f"a quote or a bracket isn't closed: {act}")
    return found


def _make_sure(
    event: Mapping[str, Any], environment: Mapping[str, str], ask: Callable[[str], str] | None
) -> None:
    argument, warning = TAKING.get(event["action"], ("", ""))
    if not argument or argument not in event:
        return  # it takes nothing, or the operator function says what it lacks
    wanted = str(event[argument])
    answer = environment.get("SURE") or (
        ask(f"{warning} Type {wanted} to go on: ") if ask is not None else ""
    )
    if answer != wanted:
        raise OperateError(f"nothing was done: {wanted} typed, or SURE={wanted}, would have done it")


def _deployment(environment: Mapping[str, str], checkout: Checkout) -> tuple[str, Client]:
    """The stack's name, and how to talk to the AWS that it lies in."""
    if stack := environment.get("STACK"):
        # One try: an act that was begun twice by a retry would show the tokens of the second only.
        config = Config(read_timeout=LONGEST_ACT_SECONDS, retries={"total_max_attempts": 1})
        session = boto3.Session()
        return stack, lambda service: session.client(service, config=config)
    running = read_stack(checkout.stack_file)
    if running is None:
        raise OperateError("the local cloud isn't up: `make run` starts it, STACK=… names a deployed stack")
    return STACK_NAME, Aws(running.aws).client


def _operator_function(cloudformation: Any, stack: str) -> str:
    (found,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}
    if FUNCTION_OUTPUT not in outputs:
        raise OperateError(f"the stack {stack} has no output {FUNCTION_OUTPUT}: is it Letterhead's?")
    return str(outputs[FUNCTION_OUTPUT])


def _argument(text: str) -> tuple[str, Any]:
    name, is_pair, value = text.partition("=")
    if not is_pair or not name:
        raise OperateError(f"not name=value: {text}")
    if value.startswith(("{", "[")) or value in ("true", "false", "null"):
        try:
            return name, json.loads(value)
        except ValueError as error:
            raise OperateError(f"{name} isn't valid JSON: {error}") from error
    return name, value


if __name__ == "__main__":
    outlive_reader()
    asking = input if sys.stdin.isatty() else None
    sys.exit(main(sys.argv[1:], os.environ, Checkout(cloud=cloud_of(os.environ)), asking))
