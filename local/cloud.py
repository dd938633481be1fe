"""The supervisor: starts every part of the local cloud in order, and stops them in the other, whatever happens."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiohttp
from botocore.exceptions import BotoCoreError, ClientError

from local.aws import Aws
from local.certificates import authority_of
from local.checkout import Checkout
from local.control.server import Control
from local.deployed_stack import DeployedStack
from local.emulator import Emulator
from local.emulator_gaps import create_routes, enable_expiry, enable_recovery, limit_concurrency
from local.environment import (
    ACCESS_KEY_ID,
    EMULATOR_ACCOUNT_ID,
    REGION,
    SECRET_ACCESS_KEY,
    emulator_environment,
)
from local.failure import LocalCloudError, shortened
from local.function_logs import keep_logs
from local.functions import (
    FunctionFailedError,
    Functions,
    NoAccountError,
    UnknownFunctionError,
)
from local.mailbox import Mailbox
from local.nameserver import Nameserver
from local.origin.api_connection import Api
from local.origin.server import Origin
from local.parameters import SHARED_SENDER, deploy_parameters
from local.process_lock import turn_at
from local.sam import ARTIFACTS_BUCKET, STACK_NAME, Sam
from local.ses import SesStandIn
from local.sockets import LOOPBACK, free_port, listening_socket, port_of
from local.source_template import SourceTemplate, read_source_template
from local.stack_file import Account, Address, AwsAccess, Stack, write_stack
from local.terminal import Terminal
from local.tls_front import TlsFront

ORIGIN_PORT = 8787
CONTROL_PORT = 8788
FIRST_ACCOUNT = ("Northwind Agency", "owner@northwind-agency.com")

Result = TypeVar("Result")


@dataclass(frozen=True)
class Cloud:
    """A running local cloud."""

    stack: Stack
    emulator: Emulator

    async def until_broken(self) -> None:
        """Waits for ever; LocalCloudError when a part ends by itself."""
        await self.emulator.ended()
        raise LocalCloudError(f"The AWS emulator ended by itself: see {self.emulator.log_hint()}")


@asynccontextmanager
async def running_cloud(
    checkout: Checkout, environment: Mapping[str, str], terminal: Terminal
) -> AsyncIterator[Cloud]:
    """Starts everything, writes the stack file last, and takes all of it away again at the end of the block.

    The caller holds the checkout's supervisor lock. LocalCloudError when something doesn't start.
    """
    template = read_source_template(checkout.template)
    checkout.prepare()
    async with AsyncExitStack() as parts:
        parts.callback(checkout.clear)
        yield await _Start(checkout, environment, terminal, template, parts).all_parts()


class _Start:
    """One start, part by part; each part's end is pushed onto `parts` as soon as it runs."""

    def __init__(
        self,
        checkout: Checkout,
        environment: Mapping[str, str],
        terminal: Terminal,
        template: SourceTemplate,
        parts: AsyncExitStack,
    ) -> None:
        self._checkout = checkout
        self._environment = environment
        self._terminal = terminal
        self._template = template
        self._parts = parts
        self._sam = Sam(checkout, template, environment)
        self._mailbox = Mailbox()
        self._origin = Origin()

    async def all_parts(self) -> Cloud:
        self._sam.command()
        origin_url = await self._start_origin()
        dns, nameserver = await self._start_nameserver()
        tls_port = await self._start_tls_front(origin_url)
        emulator, ses, ses_url = await self._start_emulator(dns, tls_port)
        access = AwsAccess(emulator.endpoint_url, REGION, ACCESS_KEY_ID, SECRET_ACCESS_KEY, ses_url)
        aws = Aws(access)
        self._parts.push_async_callback(asyncio.to_thread, keep_logs, aws, self._checkout.log("functions"))
        control = Control(nameserver, ses, self._mailbox)
        control_url = await self._start_control(control)
        await self._build()
        await self._deploy(aws, access, deploy_parameters(origin_url, dns))
        functions = await self._connect(aws, emulator)
        control.serve_functions(functions)
        async with self._terminal.step(
            "Checking that everything answers", "Everything answers; made one account"
        ):
            await self._check(origin_url, control_url)
            account = await asyncio.to_thread(_first_account, functions, self._functions_log())
        stack = Stack(origin_url, control_url, dns, access, account.account_id, account.tokens)
        write_stack(self._checkout.stack_file, stack)
        return Cloud(stack, emulator)

    async def _start_origin(self) -> str:
        listening = listening_socket(ORIGIN_PORT)
        await self._origin.start(listening)
        self._parts.push_async_callback(self._origin.stop)
        return self._url(listening, ORIGIN_PORT, "API")

    async def _start_tls_front(self, origin_url: str) -> int | None:
        """The port where link hosts are served over TLS, if we have an authority to vouch for them."""
        authority = authority_of(self._checkout)
        if authority is None:
            return None
        parts = urlsplit(origin_url)
        front = TlsFront(authority, Address(str(parts.hostname), int(parts.port or 80)))
        listening = listening_socket(0)
        await front.start(listening)
        self._parts.push_async_callback(front.stop)
        return port_of(listening)

    async def _start_nameserver(self) -> tuple[Address, Nameserver]:
        nameserver = Nameserver()
        host, port = await nameserver.start(LOOPBACK)
        self._parts.push_async_callback(nameserver.stop)
        return Address(host, port), nameserver

    async def _start_control(self, control: Control) -> str:
        listening = listening_socket(CONTROL_PORT)
        await control.start(listening)
        self._parts.push_async_callback(control.stop)
        return self._url(listening, CONTROL_PORT, "control port")

    def _url(self, listening: socket.socket, wanted_port: int, part: str) -> str:
        port = port_of(listening)
        if port != wanted_port:
            self._terminal.say(f"  Port {wanted_port} is in use here: the {part} is on port {port} instead.")
        return f"http://{LOOPBACK}:{port}"

    async def _start_emulator(self, dns: Address, tls_port: int | None) -> tuple[Emulator, SesStandIn, str]:
        async with self._terminal.step("Starting the nameserver, the SES stand-in and the AWS emulator"):
            emulator = Emulator(self._checkout, free_port())
            ses = SesStandIn(
                dns=(dns.host, dns.port),
                emulator_endpoint=emulator.endpoint_url,
                region=REGION,
                account_id=EMULATOR_ACCOUNT_ID,
                mailbox=self._mailbox,
                access_key_id=ACCESS_KEY_ID,
                secret_access_key=SECRET_ACCESS_KEY,
            )
            ses.have_verified(SHARED_SENDER)
            ses_host, ses_port = await ses.start(LOOPBACK)
            ses_url = f"http://{ses_host}:{ses_port}"
            self._parts.push_async_callback(ses.stop)
            self._parts.push_async_callback(emulator.stop)
            await emulator.start(
                emulator_environment(
                    self._environment,
                    port=emulator.port,
                    scratch=self._checkout.scratch,
                    ses_url=ses_url,
                    authority=self._checkout.authority,
                    tls_port=tls_port,
                    permissions_log=self._checkout.log("permissions")
                    if self._environment.get("RECORD_PERMISSIONS")
                    else None,
                )
            )
        return emulator, ses, ses_url

    async def _build(self) -> None:
        async with turn_at(self._checkout.build_lock):
            if self._sam.build_is_current():
                self._terminal.done("Nothing to build: the last build is of these sources", 0)
                return
            async with self._terminal.step("Building the functions and layers (sam build)"):
                await self._sam.build()

    async def _deploy(self, aws: Aws, access: AwsAccess, parameters: Mapping[str, str]) -> None:
        async with self._terminal.step("Deploying template.yaml to the emulator (sam deploy)"):
            await _in_thread(aws.client("s3").create_bucket, Bucket=ARTIFACTS_BUCKET)
            await self._sam.deploy(access, parameters)
            # As `make deploy` does.
            protect = aws.client("cloudformation").update_termination_protection
            await _in_thread(protect, StackName=STACK_NAME, EnableTerminationProtection=True)

    async def _connect(self, aws: Aws, emulator: Emulator) -> Functions:
        """Fills the emulator's gaps and points the origin at the API."""
        stack = await _in_thread(DeployedStack.read, aws.client("cloudformation"), STACK_NAME)
        await _in_thread(create_routes, aws.client("apigatewayv2"), stack, REGION, EMULATOR_ACCOUNT_ID)
        await _in_thread(enable_expiry, aws.client("dynamodb"), stack)
        await _in_thread(enable_recovery, aws.client("dynamodb"), stack)
        await _in_thread(limit_concurrency, aws.client("lambda"))
        api_ids = [api_id for api_id, _ in stack.apis()]
        if len(api_ids) != 1:
            raise LocalCloudError(
                f"template.yaml declares {len(api_ids)} HTTP APIs; the origin needs exactly one"
            )
        prefix = f"/_aws/execute-api/{api_ids[0]}/$default".encode("ascii")
        self._origin.serve_api(Api(LOOPBACK, emulator.port, prefix))
        return Functions(aws.client("lambda"), stack, self._template)

    async def _check(self, origin_url: str, control_url: str) -> None:
        """Both ports answer, and the API reaches a function or says 404 by itself."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
            for url in (f"{control_url}/mailbox", f"{origin_url}/"):
                async with session.get(url) as response:
                    if response.status >= 500:
                        answer = shortened(f"GET {url} answered {response.status} {await response.text()}")
                        raise LocalCloudError(
                            f"{answer} (what the functions logged: {self._functions_log()})"
                        )

    def _functions_log(self) -> str:
        return self._checkout.shown(self._checkout.log("functions"))


async def _in_thread(call: Callable[..., Result], *arguments: Any, **named: Any) -> Result:
    """A blocking AWS call off the event loop; its failure as the one line that the person gets."""
    try:
        return await asyncio.to_thread(call, *arguments, **named)
    except (BotoCoreError, ClientError) as error:
        raise LocalCloudError(
            f"The emulator refused a step after the deploy: {shortened(str(error))}"
        ) from error


def _first_account(functions: Functions, log: str) -> Account:
    try:
        return functions.create_account(*FIRST_ACCOUNT)
    except UnknownFunctionError:
        raise LocalCloudError(
            "template.yaml has no function in functions/operator, which makes the first account"
        ) from None
    except (FunctionFailedError, NoAccountError) as error:
        raise LocalCloudError(f"{shortened(str(error))} (what it logged: {log})") from error
