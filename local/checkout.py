"""Where a checkout keeps what its local cloud makes: everything lies under `.local/`, so two checkouts never meet."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Checkout:
    """One folder with a `template.yaml`, and the paths of its local cloud's files."""

    root: Path = REPOSITORY

    @property
    def template(self) -> Path:
        return self.root / "template.yaml"

    @property
    def state(self) -> Path:
        return self.root / ".local"

    @property
    def stack_file(self) -> Path:
        return self.state / "stack.json"

    @property
    def supervisor_lock(self) -> Path:
        return self.state / "supervisor.lock"

    @property
    def emulator_lock(self) -> Path:
        return self.state / "emulator.lock"

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def scratch(self) -> Path:
        """The emulator's TMPDIR: it unpacks a copy of the layers there for every worker."""
        return self.state / "tmp"

    @property
    def build(self) -> Path:
        return self.state / "build"

    @property
    def build_cache(self) -> Path:
        return self.state / "build-cache"

    @property
    def sam_home(self) -> Path:
        return self.state / "sam"

    @property
    def authority(self) -> Path:
        """The certificate that the functions trust beside the system's."""
        return self.state / "ca.pem"

    @property
    def authority_key(self) -> Path:
        return self.state / "ca-key.pem"

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def shown(self, path: Path) -> str:
        """`path` as a person in this checkout would type it."""
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)

    def prepare(self) -> None:
        """Makes the folders and removes what a killed run may have left. Call it with the supervisor's lock held."""
        self.clear()
        for folder in (self.state, self.logs, self.scratch, self.sam_home):
            folder.mkdir(parents=True, exist_ok=True)

    def clear(self) -> None:
        """Removes what lives only as long as a running cloud."""
        self.stack_file.unlink(missing_ok=True)
        shutil.rmtree(self.scratch, ignore_errors=True)
