"""Whether the caller may make a call, by the emulator's word, as IAM would say on AWS.

A call on an identity is sent on to the emulator unchanged: 403 is its judgement of the caller's role, any other
answer only says what its own SES would do and is ignored. Calls that the emulator judges by `*` although AWS judges
them by the identity (sending, tags) are judged by simulating the role's policies: the role is that of the function
which `app/<function>` in the User-Agent names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from local.ses.emulator_calls import EmulatorCalls, Incoming, Reply
from local.ses.errors import SesError

_APP = re.compile(r"\bapp/([\w.-]+)")
_KEY_ID = re.compile(r"Credential=([^/,\s]+)/")


class RefusedByEmulatorError(Exception):
    """The emulator's own refusal, to be passed on as it is."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"HTTP {reply.status}")
        self.reply = reply


@dataclass(frozen=True)
class Caller:
    """Who makes a call, as far as the request tells."""

    access_key_id: str
    function: str | None


def caller_of(incoming: Incoming) -> Caller:
    """The caller by the signature's key id and the application in the User-Agent."""
    key_id = _KEY_ID.search(incoming.header("Authorization"))
    app = _APP.search(incoming.header("User-Agent"))
    return Caller(key_id.group(1) if key_id else "", app.group(1) if app else None)


class Permission:
    """Judges calls; with no emulator everything is allowed."""

    def __init__(self, emulator: EmulatorCalls | None) -> None:
        self._emulator = emulator

    async def check_call(self, incoming: Incoming) -> None:
        """RefusedByEmulatorError when the caller may not make this call."""
        if self._emulator is None:
            return
        reply = await self._emulator.send_on(incoming)
        if reply.status == 403:
            raise RefusedByEmulatorError(reply)

    async def check_action(self, incoming: Incoming, action: str, resource_arns: Sequence[str]) -> None:
        """SesError (or RefusedByEmulatorError) unless the caller may do the action on every one of the resources."""
        if self._emulator is None:
            return
        caller = caller_of(incoming)
        if caller.access_key_id == self._emulator.access_key_id:
            return
        role = (
            await self._emulator.role_of(caller.function, caller.access_key_id) if caller.function else None
        )
        if role is None:
            await self.check_call(incoming)
            return
        for arn in resource_arns:
            if not await self._emulator.allows(role, action, arn):
                assumed = role.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/")
                raise SesError(
                    "AccessDeniedException",
                    f"User `{assumed}/{caller.function}' is not authorized to perform `{action}' on resource `{arn}'",
                    403,
                )
