"""The deployed functions by name (their folders under functions/), called without HTTP, as a schedule or an operator would."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local.deployed_stack import DeployedStack
from local.environment import EMULATOR_ACCOUNT_ID, REGION
from local.failure import shortened
from local.source_template import SourceTemplate
from local.stack_file import Account

DIALECTS = ("mailersend", "sendara", "sendmailos")


class UnknownFunctionError(Exception):
    """The template has no function of this name."""


class FunctionFailedError(Exception):
    """The function raised or ended early; `report` is what Lambda says of it (errorType, errorMessage, …)."""

    def __init__(self, name: str, report: Any) -> None:
        kind = report.get("errorType", "error") if isinstance(report, Mapping) else "error"
        message = report.get("errorMessage", "") if isinstance(report, Mapping) else report
        super().__init__(f"{name} failed: {kind}: {message}")
        self.report = report


class NoAccountError(Exception):
    """The operator function answered something else than an account with its tokens."""


@dataclass(frozen=True)
class Functions:
    """Calls functions of one deployed stack and waits for their results (blocking: call it from a thread)."""

    client: Any
    stack: DeployedStack
    template: SourceTemplate

    def names(self) -> list[str]:
        return sorted(self.template.functions)

    def call(self, name: str, event: Any) -> Any:
        """The function's result; UnknownFunctionError, FunctionFailedError."""
        answer = self.client.invoke(FunctionName=self.physical_name(name), Payload=json.dumps(event).encode())
        payload = answer["Payload"].read()
        result = json.loads(payload) if payload else None
        if answer.get("FunctionError"):
            raise FunctionFailedError(name, result)
        return result

    def physical_name(self, name: str) -> str:
        """What the function is called in Lambda; its folder's name and its logical id both find it."""
        logical_id = self.template.functions.get(name, name)
        if logical_id not in self.template.functions.values():
            raise UnknownFunctionError(name)
        return self.stack.physical_ids[logical_id]

    def create_account(self, name: str, owner_email: str, limits: Mapping[str, Any] | None = None) -> Account:
        """A fresh account and one token of each dialect, made by the operator function."""
        event: dict[str, Any] = {"action": "create_account", "name": name, "owner_email": owner_email}
        if limits is not None:
            event["limits"] = dict(limits)
        result = self.call("operator", event)
        fields = result if isinstance(result, dict) else {}
        tokens = fields.get("tokens")
        if not isinstance(tokens, dict) or set(DIALECTS) - tokens.keys():
            reason = fields.get("error") or f"it answered {json.dumps(result)}"
            raise NoAccountError(shortened(f"The operator function made no account: {reason}"))
        return Account(result["account_id"], {dialect: tokens[dialect] for dialect in DIALECTS})


def scheduled_event(now: datetime) -> dict[str, Any]:
    """What EventBridge sends on a schedule (https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html)."""
    return {
        "version": "0",
        "id": f"local-{now:%Y%m%dT%H%M%S}",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": EMULATOR_ACCOUNT_ID,
        "time": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "region": REGION,
        "resources": [],
        "detail": {},
    }
