"""The emulator as the SES stand-in sees it: where unknown calls go, who knows roles, configuration sets and topics."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode

import aiohttp
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from yarl import URL

_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "content-length"}
)
_FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
_DECISION = re.compile(rb"<EvalDecision>(\w+)</EvalDecision>")
_TIMEOUT = aiohttp.ClientTimeout(total=30)
_ROLE_KEPT_SECONDS = 5.0
BRIEFLY_SECONDS = 0.25


T = TypeVar("T")


@dataclass(frozen=True)
class Reply:
    """An HTTP answer of the emulator."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Incoming:
    """A request as it came in, with nothing normalised, so that its signature still fits when it is sent on."""

    method: str
    raw_path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


@dataclass(frozen=True)
class EventDestination:
    """One enabled SNS destination of a configuration set; the types are as the API spells them (`BOUNCE`)."""

    topic_arn: str
    event_types: frozenset[str]


@dataclass(frozen=True)
class ConfigurationSet:
    """What sending needs to know of a configuration set."""

    sending_enabled: bool
    destinations: tuple[EventDestination, ...]


class EmulatorCallError(Exception):
    """The emulator didn't do what the stand-in asked of it as root."""


class EmulatorCalls:
    """Calls to the emulator: sent on unchanged, or signed as its root.

    Configuration sets are remembered for a quarter of a second and the roles of functions for five, so that a burst
    of mails costs a few look-ups, and a test that changes a permission sees its effect at once.
    """

    def __init__(self, endpoint: str, region: str, access_key_id: str, secret_access_key: str) -> None:
        self.access_key_id = access_key_id
        self._endpoint = endpoint.rstrip("/")
        self._region = region
        self._credentials = Credentials(access_key_id, secret_access_key)
        self._session: aiohttp.ClientSession
        self._roles: _Remembered[str | None] = _Remembered(_ROLE_KEPT_SECONDS)
        self._configuration_sets: _Remembered[ConfigurationSet | None] = _Remembered(BRIEFLY_SECONDS)
        self._verdicts: _Remembered[bool] = _Remembered(BRIEFLY_SECONDS)

    async def start(self) -> None:
        self._session = aiohttp.ClientSession(
            timeout=_TIMEOUT,
            auto_decompress=False,
            trust_env=False,
            skip_auto_headers=("User-Agent", "Content-Type"),
        )

    async def stop(self) -> None:
        await self._session.close()

    async def send_on(self, incoming: Incoming) -> Reply:
        """The request as it came, Host included, to the emulator."""
        headers = [(name, value) for name, value in incoming.headers if name.lower() not in _HOP_BY_HOP]
        return await self._send(incoming.method, incoming.raw_path, headers, incoming.body)

    async def configuration_set(self, name: str) -> ConfigurationSet | None:
        """The configuration set, None when there is none of that name."""
        return await self._configuration_sets.get(name, lambda: self._fetch_configuration_set(name))

    async def role_of(self, function: str, access_key_id: str) -> str | None:
        """The ARN of the role of a function: by its name, else by the `AWS_SDK_UA_APP_ID` in its environment.

        Where functions of several stacks have the same there, it is the one that the emulator gave this key.
        """
        return await self._roles.get(
            f"{function} {access_key_id}", lambda: self._fetch_role(function, access_key_id)
        )

    async def allows(self, role_arn: str, action: str, resource_arn: str) -> bool:
        """Do the role's policies allow the action on the resource?"""
        key = f"{role_arn} {action} {resource_arn}"
        return await self._verdicts.get(key, lambda: self._simulate(role_arn, action, resource_arn))

    async def publish(self, topic_arn: str, message: str, subject: str) -> None:
        """Publish to an SNS topic, as SES does."""
        form = {
            "Action": "Publish",
            "Version": "2010-03-31",
            "TopicArn": topic_arn,
            "Message": message,
            "Subject": subject,
        }
        self._expect_success(
            await self._signed("sns", "POST", "/", _FORM, urlencode(form).encode()), "sns:Publish"
        )

    async def _fetch_configuration_set(self, name: str) -> ConfigurationSet | None:
        path = f"/v2/email/configuration-sets/{quote(name, safe='')}"
        reply = await self._signed("ses", "GET", path)
        if reply.status == 404:
            return None
        attributes = self._expect_success(reply, "ses:GetConfigurationSet")
        listed = self._expect_success(
            await self._signed("ses", "GET", f"{path}/event-destinations"),
            "ses:GetConfigurationSetEventDestinations",
        )
        return ConfigurationSet(
            sending_enabled=attributes.get("SendingOptions", {}).get("SendingEnabled", True),
            destinations=tuple(
                EventDestination(one["SnsDestination"]["TopicArn"], frozenset(one["MatchingEventTypes"]))
                for one in listed.get("EventDestinations", [])
                if one.get("Enabled") and one.get("SnsDestination")
            ),
        )

    async def _fetch_role(self, function: str, access_key_id: str) -> str | None:
        path = f"/2015-03-31/functions/{quote(function, safe='')}/configuration"
        reply = await self._signed("lambda", "GET", path)
        if reply.status != 404:
            return str(self._expect_success(reply, "lambda:GetFunctionConfiguration")["Role"])
        first, marker = None, ""
        while True:
            query = f"?Marker={quote(marker, safe='')}" if marker else ""
            page = self._expect_success(
                await self._signed("lambda", "GET", f"/2015-03-31/functions/{query}"), "lambda:ListFunctions"
            )
            for configuration in page.get("Functions", []):
                variables = configuration.get("Environment", {}).get("Variables", {})
                if variables.get("AWS_SDK_UA_APP_ID") == function:
                    if _key_id_of(configuration) == access_key_id:
                        return str(configuration["Role"])
                    first = first or str(configuration["Role"])
            marker = page.get("NextMarker") or ""
            if not marker:
                return first

    async def _simulate(self, role_arn: str, action: str, resource_arn: str) -> bool:
        form = {
            "Action": "SimulatePrincipalPolicy",
            "Version": "2010-05-08",
            "PolicySourceArn": role_arn,
            "ActionNames.member.1": action,
            "ResourceArns.member.1": resource_arn,
        }
        reply = await self._signed("iam", "POST", "/", _FORM, urlencode(form).encode())
        if reply.status != 200:
            raise EmulatorCallError(
                f"iam:SimulatePrincipalPolicy answered {reply.status}: {reply.body[:300]!r}"
            )
        return _DECISION.findall(reply.body) == [b"allowed"]

    async def _signed(
        self,
        service: str,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Reply:
        request = AWSRequest(method, self._endpoint + path, headers=dict(headers or {}), data=body)
        SigV4Auth(self._credentials, service, self._region).add_auth(request)
        return await self._send(method, path, list(request.headers.items()), body)

    async def _send(self, method: str, raw_path: str, headers: list[tuple[str, str]], body: bytes) -> Reply:
        url = URL(self._endpoint + raw_path, encoded=True)
        async with self._session.request(
            method, url, headers=headers, data=body or None, allow_redirects=False
        ) as response:
            kept = {
                name: value for name, value in response.headers.items() if name.lower() not in _HOP_BY_HOP
            }
            return Reply(response.status, kept, await response.read())

    @staticmethod
    def _expect_success(reply: Reply, action: str) -> dict[str, Any]:
        if reply.status != 200:
            raise EmulatorCallError(f"{action} answered {reply.status}: {reply.body[:300]!r}")
        if not reply.body.startswith(b"{"):
            return {}
        found: dict[str, Any] = json.loads(reply.body)
        return found


class _Remembered(Generic[T]):
    """Answers kept for a moment of real time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._kept: dict[str, tuple[float, T]] = {}

    async def get(self, key: str, fetch: Callable[[], Awaitable[T]]) -> T:
        kept = self._kept.get(key)
        if kept is not None and time.monotonic() < kept[0]:
            return kept[1]
        value = await fetch()
        self._kept[key] = (time.monotonic() + self._seconds, value)
        return value


def _key_id_of(configuration: Mapping[str, Any]) -> str:
    """The access key that the emulator gives a function's workers (ministack 1.5.33, `execution_credentials`)."""
    whose = f"{configuration['FunctionArn']}:{configuration['Role']}"
    return f"ASIA{hashlib.sha256(whose.encode()).hexdigest()[:16].upper()}"
