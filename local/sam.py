"""The SAM CLI: builds and deploys the same template.yaml that production gets."""

from __future__ import annotations

import asyncio
import importlib.metadata
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.checkout import Checkout
from local.environment import access_variables, sam_environment
from local.failure import LocalCloudError
from local.fingerprint import fingerprint
from local.parameters import build_parameters, override_arguments
from local.source_template import SourceTemplate
from local.stack_file import AwsAccess

STACK_NAME = "letterhead"
ARTIFACTS_BUCKET = "letterhead-artifacts"
CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")


class Sam:
    """`sam build` and `sam deploy` for one checkout, in an environment of their own."""

    def __init__(self, checkout: Checkout, template: SourceTemplate, environment: Mapping[str, str]) -> None:
        self._checkout = checkout
        self._template = template
        self._python_folder = Path(sys.executable).parent
        self._environment = sam_environment(
            environment, python_folder=self._python_folder, sam_home=checkout.sam_home
        )

    def command(self) -> str:
        """The SAM CLI beside the running Python, else on PATH; LocalCloudError when there is none."""
        found = shutil.which("sam", path=self._environment["PATH"])
        if found is None:
            raise LocalCloudError("The SAM CLI isn't in this environment: `make .venv` installs it")
        return found

    def build_is_current(self) -> bool:
        """Whether the last build was made from exactly these sources and settings."""
        mark = self._mark()
        built = mark.exists() and (self._checkout.build / "template.yaml").exists()
        return built and mark.read_text(encoding="ascii") == self._wanted_fingerprint()

    async def build(self) -> None:
        """Builds into .local/build; LocalCloudError with the essence of what sam said."""
        wanted = self._wanted_fingerprint()
        self._mark().unlink(missing_ok=True)
        await self._run(
            "sam-build",
            [
                "build",
                *self._common_arguments(),
                *["--template-file", str(self._checkout.template)],
                *["--build-dir", str(self._checkout.build)],
                *["--cached", "--cache-dir", str(self._checkout.build_cache), "--parallel"],
                *override_arguments(build_parameters(), self._template.parameters),
            ],
            {},
        )
        self._mark().write_text(wanted, encoding="ascii")

    async def deploy(
        self,
        aws: AwsAccess,
        parameters: Mapping[str, str],
        stack_name: str = STACK_NAME,
        template: Path | None = None,
    ) -> None:
        """Deploys what was built, or another template, to the emulator; LocalCloudError with the essence of what sam said."""
        await self._run(
            "sam-deploy",
            [
                "deploy",
                *self._common_arguments(),
                *["--template-file", str(template or self._checkout.build / "template.yaml")],
                *["--stack-name", stack_name, "--s3-bucket", ARTIFACTS_BUCKET, "--region", aws.region],
                *["--capabilities", *CAPABILITIES],
                *["--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar"],
                *override_arguments(parameters, self._template.parameters),
            ],
            access_variables(aws),
        )

    def _mark(self) -> Path:
        return self._checkout.state / "build.fingerprint"

    def _wanted_fingerprint(self) -> str:
        settings = build_parameters() | {
            "python": sys.version,
            "sam": importlib.metadata.version("aws-sam-cli"),
        }
        return fingerprint(self._checkout.root, settings)

    def _common_arguments(self) -> list[str]:
        """A configuration file of our own: samconfig.toml is for AWS and would add its bucket and profile."""
        config = self._checkout.sam_home / "samconfig.toml"
        config.write_text("version = 0.1\n", encoding="ascii")
        return ["--config-file", str(config)]

    async def _run(self, name: str, arguments: Sequence[str], variables: Mapping[str, str]) -> None:
        self._quieten()
        log_path = self._checkout.log(name)
        with log_path.open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                self.command(),
                *arguments,
                env=self._environment | dict(variables),
                cwd=self._checkout.root,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            try:
                code = await process.wait()
            except asyncio.CancelledError:
                os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
                raise
        if code != 0:
            reason = essence(log_path.read_text(encoding="utf-8", errors="replace"))
            command = name.replace("-", " ")
            raise LocalCloudError(
                f"`{command}` failed: {reason} (all of it: {self._checkout.shown(log_path)})"
            )

    def _quieten(self) -> None:
        """Tells the SAM CLI that it has looked for a newer version just now, so that it works without a network."""
        metadata = {"telemetryEnabled": False, "lastVersionCheck": time.time()}
        (self._checkout.sam_home / "metadata.json").write_text(json.dumps(metadata), encoding="ascii")


def essence(output: str) -> str:
    """The one line of sam's output that says what is wrong: the last that begins like an error, else the last."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [
        line for line in lines if line.lower().startswith(("error:", "build failed", "template provided"))
    ]
    failed = [line for line in lines if "_FAILED" in line]
    chosen = (errors or failed or lines or ["no output"])[-1]
    return chosen if len(chosen) <= 300 else chosen[:299] + "…"
