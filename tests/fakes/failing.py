"""A thing whose calls are counted and break where a test wants them to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Breakage:
    """Breaks one call, counted from 0 over everything that shares this breakage, by raising `error`.

    `performed` lets the call have its effect first, as when the answer is lost or the process dies right after.
    """

    at: int
    error: BaseException
    performed: bool = False
    calls: list[str] = field(default_factory=list)

    @property
    def happened(self) -> bool:
        return len(self.calls) > self.at

    def breaking(self, target: Any) -> Any:
        """The target, with its methods counted and one of them broken."""
        return _Breaking(target, self)


class _Breaking:
    def __init__(self, target: Any, breakage: Breakage) -> None:
        self._target = target
        self._breakage = breakage

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._target, name)

        def call(*arguments: Any, **named: Any) -> Any:
            breakage = self._breakage
            breakage.calls.append(name)
            broken = len(breakage.calls) == breakage.at + 1
            if broken and not breakage.performed:
                raise breakage.error
            result = method(*arguments, **named)
            if broken:
                raise breakage.error
            return result

        return call
