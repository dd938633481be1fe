"""The control port's paths: zones and faults, the mailbox, accounts, and running a function now."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from botocore.exceptions import BotoCoreError, ClientError

from local.control.guard import refusal
from local.failure import shortened
from local.functions import (
    FunctionFailedError,
    Functions,
    NoAccountError,
    UnknownFunctionError,
    scheduled_event,
)
from local.mailbox import Mailbox
from local.nameserver import Nameserver, ZoneError
from local.ses import SesStandIn

MOST_BODY_BYTES = 8 * 1024 * 1024
FAULT_MODES = ("servfail", "refused", "drop", "truncate", "ok")
SHUTDOWN_SECONDS = 1.0

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class RefusedError(Exception):
    """A request that the control port can't carry out; its text is the sentence in the answer."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Control:
    """Serves one listening socket. Functions can be called once `serve_functions` was."""

    def __init__(self, nameserver: Nameserver, ses: SesStandIn, mailbox: Mailbox) -> None:
        self._nameserver = nameserver
        self._ses = ses
        self._mailbox = mailbox
        self._functions: Functions | None = None
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)

    async def start(self, listening: socket.socket) -> None:
        """Accepts requests from now on."""
        await self._runner.setup()
        await web.SockSite(self._runner, listening).start()

    def serve_functions(self, functions: Functions) -> None:
        """Makes accounts and runs functions through these from now on."""
        self._functions = functions

    async def stop(self) -> None:
        await self._runner.cleanup()

    def _application(self) -> web.Application:
        application = web.Application(middlewares=[_answer_in_json], client_max_size=MOST_BODY_BYTES)
        application.add_routes(
            [
                web.get("/", self._show_page),
                web.get("/mailbox", self._list_mails),
                web.delete("/mailbox", self._empty_mailbox),
                web.put("/dns/{zone}", self._set_zone),
                web.delete("/dns/{zone}", self._delete_zone),
                web.put("/dns-faults/{name}", self._set_dns_fault),
                web.put("/ses-faults", self._set_ses_fault),
                web.post("/accounts", self._create_account),
                web.post("/run/{function}", self._run_function),
            ]
        )
        return application

    async def _show_page(self, _request: web.Request) -> web.Response:
        return web.Response(text=self._mailbox.page(), content_type="text/html")

    async def _list_mails(self, request: web.Request) -> web.Response:
        return web.json_response(self._mailbox.as_json(request.query.get("to", "")))

    async def _empty_mailbox(self, _request: web.Request) -> web.Response:
        self._mailbox.clear()
        return web.Response(status=204)

    async def _set_zone(self, request: web.Request) -> web.Response:
        try:
            self._nameserver.set_zone(request.match_info["zone"], await _text(request))
        except ZoneError as error:
            raise RefusedError(400, str(error)) from error
        return web.Response(status=204)

    async def _delete_zone(self, request: web.Request) -> web.Response:
        zone = request.match_info["zone"]
        try:
            known = self._nameserver.delete_zone(zone)
        except ZoneError as error:
            raise RefusedError(400, str(error)) from error
        if not known:
            raise RefusedError(404, f"There is no zone {zone} here.")
        return web.Response(status=204)

    async def _set_dns_fault(self, request: web.Request) -> web.Response:
        fields = await _fields(request)
        mode = fields.get("mode")
        if mode not in FAULT_MODES:
            raise RefusedError(400, "`mode` must be one of " + ", ".join(FAULT_MODES) + ".")
        try:
            self._nameserver.set_fault(request.match_info["name"], mode)
        except (ValueError, ZoneError) as error:
            raise RefusedError(400, str(error)) from error
        return web.Response(status=204)

    async def _set_ses_fault(self, request: web.Request) -> web.Response:
        try:
            broken = self._ses.inject(await _fields(request))
        except ValueError as error:
            raise RefusedError(400, str(error)) from error
        return web.json_response(broken)

    async def _create_account(self, request: web.Request) -> web.Response:
        fields = await _fields(request)
        name, owner_email, limits = (fields.get(key) for key in ("name", "owner_email", "limits"))
        if not isinstance(name, str) or not name or not isinstance(owner_email, str) or not owner_email:
            raise RefusedError(400, "`name` and `owner_email` must be given as text.")
        if limits is not None and not isinstance(limits, dict):
            raise RefusedError(400, "`limits` must be an object.")
        try:
            account = await self._in_thread(self._ready().create_account, name, owner_email, limits)
        except NoAccountError as error:
            raise RefusedError(422, str(error)) from error
        return web.json_response(
            {"account_id": account.account_id, "tokens": dict(account.tokens)}, status=201
        )

    async def _run_function(self, request: web.Request) -> web.Response:
        event = _json(await _text(request)) if request.can_read_body else scheduled_event(datetime.now(UTC))
        result = await self._in_thread(self._ready().call, request.match_info["function"], event)
        return web.json_response(result)

    def _ready(self) -> Functions:
        if self._functions is None:
            raise RefusedError(503, "The functions aren't deployed yet: try again in a few seconds.")
        return self._functions

    async def _in_thread(self, call: Callable[..., Any], *arguments: Any) -> Any:
        """A blocking call of a function; its failures as the answers that tell them apart."""
        try:
            return await asyncio.to_thread(call, *arguments)
        except UnknownFunctionError as error:
            names = ", ".join(self._ready().names())
            raise RefusedError(404, f"There is no function {error}; there are {names}.") from error
        except (BotoCoreError, ClientError) as error:
            raise RefusedError(502, f"The emulator refused: {shortened(str(error))}") from error


@web.middleware
async def _answer_in_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuses strangers, and gives each failure as a JSON object with a sentence."""
    sentence = refusal(request.headers.get("Host"), request.headers.get("Origin"))
    if sentence is not None:
        return web.json_response({"error": sentence}, status=403)
    try:
        return await handler(request)
    except RefusedError as error:
        return web.json_response({"error": str(error)}, status=error.status)
    except FunctionFailedError as error:
        return web.json_response({"error": str(error), "report": error.report}, status=502)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        allowed = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
        sentence = f"{request.method} {request.path}: {error.reason}."
        return web.json_response({"error": sentence}, status=error.status, headers=allowed)


async def _text(request: web.Request) -> str:
    try:
        return (await request.read()).decode("utf-8")
    except UnicodeDecodeError as error:
        raise RefusedError(400, "The body must be UTF-8 text.") from error


async def _fields(request: web.Request) -> Mapping[str, Any]:
    fields = _json(await _text(request))
    if not isinstance(fields, dict):
        raise RefusedError(400, "The body must be a JSON object.")
    return fields


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise RefusedError(400, f"The body isn't valid JSON: {error}.") from error
