"""ministack, the AWS emulator, as a child process."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import aiohttp

from local.checkout import Checkout
from local.failure import LocalCloudError
from local.process_lock import end_holder

READY_SECONDS = 60
STOP_SECONDS = 10
POLL_SECONDS = 0.1
PROGRAM = Path(__file__).with_name("emulator_process.py")


class Emulator:
    """One ministack; its state is in its memory, so it starts empty each time."""

    def __init__(self, checkout: Checkout, port: int) -> None:
        self.endpoint_url = f"http://127.0.0.1:{port}"
        self.port = port
        self._checkout = checkout
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, environment: Mapping[str, str]) -> None:
        """Starts it and waits until it answers; LocalCloudError when it isn't there, ends or stays silent."""
        if importlib.util.find_spec("ministack") is None:
            raise LocalCloudError(
                "The AWS emulator (ministack) isn't in this environment: `make .venv` installs it"
            )
        await asyncio.to_thread(end_holder, self._checkout.emulator_lock, STOP_SECONDS)
        with self._checkout.log("emulator").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                str(PROGRAM),
                str(self._checkout.emulator_lock),
                env=dict(environment),
                cwd=self._checkout.scratch,
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        await self._until_ready(self._process)

    async def ended(self) -> int:
        """Waits for the child to end by itself, which it should not."""
        if self._process is None:
            raise LocalCloudError("The AWS emulator was never started")
        return await self._process.wait()

    async def stop(self) -> None:
        """SIGTERM, and the whole process group is killed if that isn't enough."""
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), STOP_SECONDS)
            except TimeoutError:
                self._kill_group(process.pid)
                await process.wait()
        self._kill_group(process.pid)

    def log_hint(self) -> str:
        """Where its output is."""
        return self._checkout.shown(self._checkout.log("emulator"))

    async def _until_ready(self, process: asyncio.subprocess.Process) -> None:
        deadline = time.monotonic() + READY_SECONDS
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
            while time.monotonic() < deadline:
                if process.returncode is not None:
                    raise LocalCloudError(f"The AWS emulator ended while starting: see {self.log_hint()}")
                if await self._answers(session):
                    return
                await asyncio.sleep(POLL_SECONDS)
        raise LocalCloudError(
            f"The AWS emulator didn't answer within {READY_SECONDS} s: see {self.log_hint()}"
        )

    async def _answers(self, session: aiohttp.ClientSession) -> bool:
        try:
            async with session.get(f"{self.endpoint_url}/_ministack/ready") as response:
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    @staticmethod
    def _kill_group(process_id: int) -> None:
        try:
            os.killpg(process_id, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return
