"""Value types without generated code.

`@value_type` makes of a class what `@dataclass(frozen=True)` makes of it: the constructor, equality and hash by fields, no
assignment, and the fields where `dataclasses.replace`, `asdict` and `fields` look for them. But a dataclass has its methods
written and compiled at import, and a function pays for that at each of its cold starts; here all classes share these
(docs/decisions.md has the figures).
"""

from __future__ import annotations

from dataclasses import MISSING, FrozenInstanceError, dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar, dataclass_transform

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_T = TypeVar("_T")


class _Shape(NamedTuple):
    """The fields of a class in order, the defaults of some, what makes a new default for others, and what reads them all."""

    names: tuple[str, ...]
    known: frozenset[str]
    defaults: dict[str, object]
    factories: dict[str, Callable[[], object]]
    content: Callable[[object], object]


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value_type(cls: type[_T]) -> type[_T]:
    """Make the class a value type: its annotations are its fields, which `dataclasses.field` may give a default factory."""
    cls.__doc__ = cls.__doc__ or ""  # for a class without one, dataclass() would work out its signature
    fields: Mapping[str, Any] = dataclass(init=False, repr=False, eq=False)(cls).__dataclass_fields__  # type: ignore[attr-defined]
    cls.__shape__ = _Shape(  # type: ignore[attr-defined]
        tuple(fields),
        frozenset(fields),
        {name: spec.default for name, spec in fields.items() if spec.default is not MISSING},
        {name: spec.default_factory for name, spec in fields.items() if spec.default_factory is not MISSING},
        attrgetter(*fields) if fields else type,
    )
    for name in _METHODS:
        if name not in cls.__dict__:
            setattr(cls, name, _Value.__dict__[name])
    return cls


class _Value:
    """The methods that every value type has."""

    __shape__: ClassVar[_Shape]

    def __init__(self, *args: object, **kwargs: object) -> None:
        names, known, defaults, factories, _ = self.__shape__
        given = len(args) + len(kwargs)
        kwargs.update(zip(names, args, strict=False))
        once = len(kwargs) == given
        if len(kwargs) != len(names):
            kwargs = {**defaults, **kwargs}
            for name, make in factories.items():
                if name not in kwargs:
                    kwargs[name] = make()
        if not once or kwargs.keys() != known:
            raise TypeError(f"{type(self).__name__} wants its fields once each: {', '.join(names)}")
        self.__dict__.update(kwargs)

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        content = self.__shape__.content
        return bool(content(self) == content(other))

    def __hash__(self) -> int:
        return hash(self.__shape__.content(self))

    def __repr__(self) -> str:
        content = (f"{name}={getattr(self, name)!r}" for name in self.__shape__.names)
        return f"{type(self).__qualname__}({', '.join(content)})"

    def __setattr__(self, name: str, _value: object) -> None:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}")


_METHODS = ("__init__", "__eq__", "__hash__", "__repr__", "__setattr__", "__delattr__")
