"""Build one layer of the template for one target: what `sam build` runs through layers/targets/<target>/Makefile.

    ARTIFACTS_DIR=… python3 -m layers.builder …/layers/targets/python3.13-arm64/Makefile DependenciesLayer

Writes $ARTIFACTS_DIR/python. A failure is one line on standard error.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from layers.builder.layer import build
from layers.builder.target import BuildError, Target

OLDEST_PYTHON = (3, 11)


def main(makefile: str, logical_id: str) -> int:
    try:
        if sys.version_info < OLDEST_PYTHON:
            raise BuildError(
                f"python3 on PATH is {sys.version.split()[0]}; the layers need 3.11 or newer to build"
            )
        build(logical_id, Target.of_folder(Path(makefile).parent.name), Path(os.environ["ARTIFACTS_DIR"]))
    except BuildError as error:
        print(f"{logical_id}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
