"""The SES of the local cloud as an HTTP server.

It answers itself: the identity calls of the v2 API, SendEmail and GetAccount; of the v1 API the three batch calls
for statuses, VerifyDomainDkim and VerifyEmailIdentity; and the links of its own verification mails. Every other
request goes to the emulator unchanged (configuration sets, suppression, templates …), whose answer is passed on.
Each call that it answers is judged first (see `permission`).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from aiohttp import web

from local.environment import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from local.mailbox import Mailbox
from local.ses import operations_v1
from local.ses.address_links import PATH as ADDRESS_LINK_PATH
from local.ses.address_links import AddressLinks
from local.ses.emulator_calls import EmulatorCalls, Incoming, Reply
from local.ses.errors import SesError
from local.ses.evidence import DnsReader
from local.ses.faults import Faults
from local.ses.identities import Identities
from local.ses.identity import Status, Verification
from local.ses.operations_v1 import IdentityOperationsV1
from local.ses.operations_v2 import IdentityOperations
from local.ses.permission import Permission, RefusedByEmulatorError
from local.ses.requests import Route, V2Requests
from local.ses.sending import Sending

_log = logging.getLogger(__name__)

_SHUTDOWN_SECONDS = 3.0
_LARGEST_REQUEST = 64 * 1024 * 1024
_TAG_OPERATIONS = frozenset({"TagResource", "UntagResource", "ListTagsForResource"})
_NOT_COUNTED = frozenset({"SendEmail", "GetAccount"})
_JSON = {"Content-Type": "application/json"}


class SesStandIn:
    """SES on loopback. `dns` is the resolver that it believes, `emulator_endpoint` the emulator ("" for none: then
    nobody is judged and nothing is forwarded or published), `mailbox` where the mails end up."""

    def __init__(
        self,
        *,
        dns: tuple[str, int],
        emulator_endpoint: str,
        region: str,
        account_id: str,
        mailbox: Mailbox,
        identity_calls_per_second: float | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        access_key_id: str = ACCESS_KEY_ID,
        secret_access_key: str = SECRET_ACCESS_KEY,
    ) -> None:
        self.faults = Faults(identity_calls_per_second, clock)
        self._emulator = (
            EmulatorCalls(emulator_endpoint, region, access_key_id, secret_access_key)
            if emulator_endpoint
            else None
        )
        self._permission = Permission(self._emulator)
        self._configuration_sets_arn = f"arn:aws:ses:{region}:{account_id}:configuration-set/"
        identities = self._identities = Identities(DnsReader(*dns), region, account_id, clock)
        self._links = AddressLinks(identities, mailbox, region, clock, uuid4)
        self._sending = Sending(
            identities=identities,
            mailbox=mailbox,
            emulator=self._emulator,
            permission=self._permission,
            region=region,
            account_id=account_id,
            clock=clock,
            new_uuid=uuid4,
        )
        self._v2 = IdentityOperations(
            identities, clock, self._configuration_set_exists, self._links.send
        ).table()
        self._v1 = IdentityOperationsV1(identities, clock, self._links.send).table()
        self._requests = V2Requests([*self._v2, "SendEmail", "GetAccount"])
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int = 0) -> tuple[str, int]:
        """Listen (port 0: a free port) and say where."""
        app = web.Application(client_max_size=_LARGEST_REQUEST)
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        if self._emulator is not None:
            await self._emulator.start()
        bound_host, bound_port = self._runner.addresses[0][:2]
        self._links.base_url = f"http://{bound_host}:{bound_port}"
        return bound_host, bound_port

    def have_verified(self, address: str) -> None:
        """Let an address have been verified by the operator, long ago."""
        identity = self._identities.create(address)
        identity.verification = Verification(Status.SUCCESS, identity.verification.since)

    async def stop(self) -> None:
        """Finish what is under way, publish what was sent, close the port."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        await self._sending.stop()
        if self._emulator is not None:
            await self._emulator.stop()

    def throttle(self, seconds: float) -> None:
        """Every identity call answers TooManyRequestsException for so long; 0 ends it."""
        self.faults.throttle(seconds)

    def fail_next(self, operation: str, code: str, times: int = 1, *, performed: bool = False) -> None:
        """The next calls of an operation (its API name) answer with an error code; with `performed` they have had
        their effect by then, as when an answer is lost."""
        self.faults.fail_next(operation, code, times, performed=performed)

    def inject(self, fault: Mapping[str, Any]) -> dict[str, Any]:
        """The same from JSON: `{"throttle_seconds": 60}`, `{"operation", "code", "times", "performed"}`,
        `{"account": {"ProductionAccessEnabled": false}}` or `{"clear": true}`; answers what is
        broken now. ValueError for anything else."""
        asked = dict(fault)
        match asked:
            case {"throttle_seconds": int() | float() as seconds} if len(asked) == 1:
                self.throttle(seconds)
            case {"clear": True} if len(asked) == 1:
                self.faults.clear()
            case {"account": dict() as account} if len(asked) == 1:
                self.faults.account = account
            case {"operation": str() as operation, "code": str() as code}:
                match {"times": 1, "performed": False} | asked:
                    case {"times": int() as times, "performed": bool() as performed, **rest} if (
                        len(rest) == 2
                    ):
                        self.fail_next(operation, code, times, performed=performed)
                    case _:
                        raise ValueError(
                            "beside operation and code there are times (a number) and performed (a bool)"
                        )
            case _:
                raise ValueError(
                    'a fault is {"throttle_seconds"}, {"operation", "code"}, {"account"} or {"clear": true}'
                )
        return self.faults.as_json()

    async def _serve(self, request: web.Request) -> web.Response:
        incoming = Incoming(
            method=request.method,
            raw_path=request.raw_path,
            headers=tuple(
                (name.decode("latin-1"), value.decode("latin-1")) for name, value in request.raw_headers
            ),
            body=await request.read(),
        )
        try:
            return await self._dispatch(incoming)
        except RefusedByEmulatorError as refused:
            return _relayed(refused.reply)

    async def _dispatch(self, incoming: Incoming) -> web.Response:
        if incoming.method == "GET" and incoming.raw_path.startswith(ADDRESS_LINK_PATH):
            status, page = self._links.open(incoming.raw_path.removeprefix(ADDRESS_LINK_PATH))
            return web.Response(status=status, text=page, content_type="text/html")
        matched = self._requests.match(incoming.method, incoming.raw_path)
        if matched is not None:
            return await self._answer_v2(incoming, *matched)
        form = operations_v1.read_form(incoming.body) if incoming.method == "POST" else {}
        if form.get("Action") in self._v1:
            return await self._answer_v1(incoming, form)
        if self._emulator is None:
            return _json_answer(
                404, {"message": "The local SES doesn't know this call."}, "UnknownOperationException"
            )
        return _relayed(await self._emulator.send_on(incoming))

    async def _answer_v2(self, incoming: Incoming, route: Route, in_path: dict[str, str]) -> web.Response:
        try:
            query = incoming.raw_path.partition("?")[2]
            asked = self._requests.parameters(route, in_path, query, incoming.body)
            answer = await self._with_faults(
                route.operation, lambda: self._perform_v2(route.operation, asked, incoming)
            )
        except SesError as error:
            return _json_answer(error.status, {"message": error.message}, error.code)
        return _json_answer(200, answer)

    async def _perform_v2(self, operation: str, asked: dict[str, Any], incoming: Incoming) -> dict[str, Any]:
        if operation == "SendEmail":
            return await self._sending.send_email(asked, incoming)
        if operation in _TAG_OPERATIONS:
            await self._permission.check_action(incoming, f"ses:{operation}", [asked["ResourceArn"]])
        else:
            await self._permission.check_call(incoming)
        if operation == "CreateEmailIdentity" and asked.get("Tags"):
            # Tags given at creation need the permission to tag, as with every AWS API that takes them there.
            arn = self._identities.arn(asked["EmailIdentity"])
            await self._permission.check_action(incoming, "ses:TagResource", [arn])
        if configuration_set := asked.get("ConfigurationSetName"):
            arn = f"{self._configuration_sets_arn}{configuration_set}"
            await self._permission.check_action(incoming, f"ses:{operation}", [arn])
        if operation == "GetAccount":
            return await self._sending.get_account() | self.faults.account
        return await self._v2[operation](asked)

    async def _answer_v1(self, incoming: Incoming, form: dict[str, str]) -> web.Response:
        operation, request_id = form["Action"], str(uuid4())
        try:
            root = await self._with_faults(operation, lambda: self._perform_v1(operation, form, incoming))
        except SesError as error:
            body, status = operations_v1.error_xml(error, request_id), operations_v1.error_status(error)
        else:
            body, status = operations_v1.with_request_id(root, request_id), 200
        return web.Response(status=status, body=body, content_type="text/xml")

    async def _perform_v1(self, operation: str, form: dict[str, str], incoming: Incoming) -> Any:
        await self._permission.check_call(incoming)
        return await self._v1[operation](form)

    async def _with_faults(self, operation: str, perform: Callable[[], Awaitable[Any]]) -> Any:
        if operation not in _NOT_COUNTED:
            self.faults.check_rate()
        failure = self.faults.take_failure(operation)
        if failure is not None and not failure.performed:
            raise failure.error
        answer = await perform()
        if failure is not None:
            raise failure.error
        return answer

    async def _configuration_set_exists(self, name: str) -> bool:
        return self._emulator is None or await self._emulator.configuration_set(name) is not None


def _json_answer(status: int, content: Mapping[str, Any], error_code: str | None = None) -> web.Response:
    headers = _JSON | {"x-amzn-RequestId": str(uuid4())}
    if error_code is not None:
        headers["x-amzn-errortype"] = error_code
    return web.Response(status=status, body=json.dumps(content).encode(), headers=headers)


def _relayed(reply: Reply) -> web.Response:
    return web.Response(status=reply.status, body=reply.body, headers=reply.headers)
