"""For what Python and which processor a layer is built, and the interpreter that can compile for it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

# glibc (2.x) of the runtime's Amazon Linux: 3.11 runs on Amazon Linux 2, later ones on Amazon Linux 2023.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
GLIBC_MINOR = {"python3.11": 26, "python3.12": 34, "python3.13": 34}
MACHINE = {"arm64": "aarch64", "x86_64": "x86_64"}
OLDEST_GLIBC_MINOR = 17  # manylinux2014, the oldest that these Pythons' wheels are made for


class BuildError(Exception):
    """The layer can't be built; the text is the one line that the operator reads."""


@dataclass(frozen=True)
class Target:
    """A Lambda runtime and architecture, such as python3.13 on arm64."""

    runtime: str
    architecture: str

    def __post_init__(self) -> None:
        if self.runtime not in GLIBC_MINOR or self.architecture not in MACHINE:
            raise BuildError(
                f"No layer for {self.name}: runtimes are {', '.join(GLIBC_MINOR)}, architectures {', '.join(MACHINE)}"
            )

    @classmethod
    def of_folder(cls, name: str) -> Target:
        """Read the name of a folder in layers/targets, such as `python3.13-arm64`."""
        runtime, _, architecture = name.partition("-")
        return cls(runtime, architecture)

    @property
    def name(self) -> str:
        return f"{self.runtime}-{self.architecture}"

    @property
    def python_version(self) -> str:
        return self.runtime.removeprefix("python")

    def platforms(self) -> list[str]:
        """Wheel platform tags that the runtime can load, newest first (PEP 600)."""
        machine = MACHINE[self.architecture]
        newest = GLIBC_MINOR[self.runtime]
        tags = [f"manylinux_2_{minor}_{machine}" for minor in range(newest, OLDEST_GLIBC_MINOR - 1, -1)]
        return [*tags, f"manylinux2014_{machine}"]

    def compiler(self) -> Compiler:
        """The interpreter, beside this one or on PATH, that writes this runtime's bytecode; `BuildError` if there is none."""
        for folder in (str(Path(sys.executable).parent), *os.get_exec_path()):
            python = Path(folder, self.runtime)
            if python.is_file() and (magic := _bytecode_magic(python, self.python_version)):
                return Compiler(python, magic)
        raise BuildError(
            f"{self.runtime} is not on PATH, and only it can write its bytecode: install it, "
            "or choose another with --parameter-overrides PythonRuntime=…"
        )


@dataclass(frozen=True)
class Compiler:
    """An interpreter and the magic number that its `.pyc` files begin with."""

    python: Path
    magic: bytes


def _bytecode_magic(python: Path, version: str) -> bytes | None:
    """What `python` begins its `.pyc` files with; None unless it is a working Python of that version (a shim may not be)."""
    probe = "import sys, importlib.util as u; print(*sys.version_info[:2], u.MAGIC_NUMBER.hex())"
    answer = subprocess.run(
        [python, "-I", "-c", probe], capture_output=True, text=True, check=False
    ).stdout.split()
    return bytes.fromhex(answer[2]) if len(answer) == 3 and ".".join(answer[:2]) == version else None
