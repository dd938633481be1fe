"""Test recipients in memory: what their table promises, without DynamoDB."""

from __future__ import annotations

from dataclasses import replace

from letterhead.sandbox.recipient import Sandbox, SandboxChangedError


class InMemorySandboxes:
    """A `SandboxStore`; passes the same contract test as the table."""

    def __init__(self) -> None:
        self._kept: dict[str, Sandbox] = {}

    def of_account(self, account_id: str) -> Sandbox:
        return self._kept.get(account_id, Sandbox(account_id))

    of_account_now = of_account

    def change(self, before: Sandbox, after: Sandbox) -> None:
        if self.of_account(before.account_id).version != before.version:
            raise SandboxChangedError
        self._kept[before.account_id] = replace(after, version=before.version + 1)

    def forget(self, account_id: str) -> None:
        self._kept.pop(account_id, None)
