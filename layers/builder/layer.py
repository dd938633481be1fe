"""The two layers: what each is made of, and the cache of the one that takes long.

The dependencies layer is kept under .build/layers by a digest of all that goes into it, so a build with the same pins copies it.
Our own code is small: it is copied and compiled each time.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path

from layers.builder import service_data, wheels
from layers.builder.bytecode import compile_tree
from layers.builder.target import BuildError, Compiler, Target

CHECKOUT = Path(__file__).resolve().parents[2]
DEPENDENCIES = CHECKOUT / "layers" / "dependencies"
LETTERHEAD = CHECKOUT / "layers" / "letterhead" / "letterhead"
KEPT = CHECKOUT / ".build" / "layers"


def build(logical_id: str, target: Target, artifacts: Path) -> None:
    """Write the layer's `python` folder into `artifacts`; `BuildError` says in one line why it can't."""
    compiler = target.compiler()
    goal = artifacts / "python"
    shutil.rmtree(goal, ignore_errors=True)
    if logical_id == "DependenciesLayer":
        shutil.copytree(dependencies(target, compiler), goal)
    elif logical_id == "LetterheadLayer":
        shutil.copytree(LETTERHEAD, goal / LETTERHEAD.name, ignore=shutil.ignore_patterns("__pycache__"))
        compile_tree(goal, compiler)
    else:
        raise BuildError("no such layer; there are DependenciesLayer and LetterheadLayer")


def dependencies(target: Target, compiler: Compiler) -> Path:
    """The finished dependencies of a target: those kept from before if nothing that goes into them has changed."""
    kept = KEPT / f"{target.name}-{_digest(target, compiler)}"
    if not kept.is_dir():
        KEPT.mkdir(parents=True, exist_ok=True)
        outdated = list(KEPT.glob(f"{target.name}-*"))
        with tempfile.TemporaryDirectory(dir=KEPT, prefix="unfinished-") as unfinished:
            tree = Path(unfinished) / "python"
            assemble(target, tree)
            compile_tree(tree, compiler)
            try:
                tree.rename(kept)
            except OSError:
                if not kept.is_dir():  # else another build of this checkout was quicker
                    raise
        for folder in outdated:
            shutil.rmtree(folder, ignore_errors=True)
    return kept


def assemble(target: Target, tree: Path) -> None:
    """The dependencies as source: the target's wheels with botocore's data cut, and without the packages that nothing loads.

    Needs no Python of that version; `BuildError` for a package in unused.json that isn't there.
    """
    wheels.install(DEPENDENCIES / "requirements.txt", target, tree)
    operations = json.loads((DEPENDENCIES / "operations.json").read_text())
    service_data.cut(tree / "botocore" / "data", operations)
    for name in json.loads((DEPENDENCIES / "unused.json").read_text()):
        if not (tree / name).is_dir():
            raise BuildError(f"unused.json names {name!r}, which no wheel brings")
        shutil.rmtree(tree / name)


def _digest(target: Target, compiler: Compiler) -> str:
    digest = hashlib.sha256(f"{target.name} {compiler.magic.hex()}".encode())
    inputs = [DEPENDENCIES / name for name in ("requirements.txt", "operations.json", "unused.json")]
    for path in inputs + sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
