"""Print the template parameters that stand for this machine: what a build for the local cloud is given.

sam build --parameter-overrides $(python -m layers.builder.this_machine)
"""

from __future__ import annotations

import platform
import sys

from layers.builder.target import MACHINE, Target


def this_machine() -> Target:
    """This Python on this processor, in Lambda's words; `BuildError` if Lambda has no such runtime."""
    architectures = {machine: architecture for architecture, machine in MACHINE.items()}
    machine = platform.machine()
    return Target(
        f"python{sys.version_info.major}.{sys.version_info.minor}", architectures.get(machine, machine)
    )


if __name__ == "__main__":
    target = this_machine()
    print(f"PythonRuntime={target.runtime} Architecture={target.architecture}")
