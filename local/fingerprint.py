"""Whether the last build still holds: one digest over everything that a build reads."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

BUILT_FROM = ("template.yaml", "functions", "layers")
NOT_SOURCES = frozenset({"__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"})


def fingerprint(root: Path, settings: Mapping[str, str], sources: Iterable[str] = BUILT_FROM) -> str:
    """The digest of the sources' names and bytes and of the settings of the build."""
    digest = hashlib.sha256()
    for name, value in sorted(settings.items()):
        digest.update(f"{name}={value}\0".encode())
    for path in _files(root, sources):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(root: Path, sources: Iterable[str]) -> Iterator[Path]:
    for name in sources:
        source = root / name
        found = [source] if source.is_file() else sorted(source.rglob("*"))
        for path in found:
            if path.is_file() and not NOT_SOURCES.intersection(path.relative_to(root).parts):
                yield path
