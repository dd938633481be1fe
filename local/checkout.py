"""Where a checkout keeps what its local cloud makes: everything lies under `.local/`, so two checkouts never meet.

Nor do two clouds of one checkout: those with a name keep what is theirs in `.local/<name>/`. They share the build alone.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
CLOUD = "LOCAL_CLOUD"


def cloud_of(environment: Mapping[str, str]) -> str:
    """The name of the local cloud that is meant: `LOCAL_CLOUD=second make up` starts another beside the first."""
    return environment.get(CLOUD, "")


@dataclass(frozen=True)
class Checkout:
    """One folder with a `template.yaml`, and the paths of its local cloud's files."""

    root: Path = REPOSITORY
    cloud: str = ""
    """Which of its local clouds, where there are several at once; most have no name."""

    @property
    def template(self) -> Path:
        return self.root / "template.yaml"

    @property
    def state(self) -> Path:
        return self.root / ".local"

    @property
    def own(self) -> Path:
        """What is this cloud's alone."""
        return self.state / self.cloud

    @property
    def stack_file(self) -> Path:
        return self.own / "stack.json"

    @property
    def supervisor_lock(self) -> Path:
        return self.own / "supervisor.lock"

    @property
    def emulator_lock(self) -> Path:
        return self.own / "emulator.lock"

    @property
    def logs(self) -> Path:
        return self.own / "logs"

    @property
    def scratch(self) -> Path:
        """The emulator's TMPDIR: it unpacks a copy of the layers there for every worker."""
        return self.own / "tmp"

    @property
    def build(self) -> Path:
        return self.state / "build"

    @property
    def build_cache(self) -> Path:
        return self.state / "build-cache"

    @property
    def build_lock(self) -> Path:
        return self.state / "build.lock"

    @property
    def sam_home(self) -> Path:
        return self.own / "sam"

    @property
    def authority(self) -> Path:
        """The certificate that the functions trust beside the system's."""
        return self.own / "ca.pem"

    @property
    def authority_key(self) -> Path:
        return self.own / "ca-key.pem"

    def clouds(self) -> list[Checkout]:
        """All clouds that this checkout has had, this one first."""
        named = (path.parent.name for path in sorted(self.state.glob("*/supervisor.lock")))
        return [self, *(Checkout(self.root, name) for name in ["", *named] if name != self.cloud)]

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def shown(self, path: Path) -> str:
        """`path` as a person in this checkout would type it."""
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)

    def prepare(self) -> None:
        """Makes the folders and removes what a killed run may have left. Call it with the supervisor's lock held."""
        self.clear()
        for folder in (self.own, self.logs, self.scratch, self.sam_home):
            folder.mkdir(parents=True, exist_ok=True)

    def clear(self) -> None:
        """Removes what lives only as long as a running cloud."""
        self.stack_file.unlink(missing_ok=True)
        shutil.rmtree(self.scratch, ignore_errors=True)
