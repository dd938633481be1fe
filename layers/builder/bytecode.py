"""Bytecode beside every source file of a layer, so that no cold start compiles anything.

Lambda mounts layers read-only: without `.pyc` files of exactly its version a sandbox compiles each import again, which makes
a cold start four to five times as long. They are of the unchecked-hash kind (PEP 552), since the archive's times mean nothing.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from layers.builder.target import BuildError, Compiler

MOUNTED_AT = "/opt/python"  # where Lambda puts a layer's `python` folder; tracebacks name this path


def compile_tree(tree: Path, compiler: Compiler) -> None:
    command = [str(compiler.python), "-I", "-m", "compileall", "-q", "-f", "-j", "0"]
    command += ["--invalidation-mode", "unchecked-hash", "-s", str(tree), "-p", MOUNTED_AT, str(tree)]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    if outcome.returncode != 0:
        reason = (outcome.stdout + outcome.stderr).strip().splitlines() or ["no reason given"]
        raise BuildError(f"{compiler.python} could not compile the layer: {reason[-1]}")
