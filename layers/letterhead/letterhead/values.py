"""Value types without generated code.

`@value_type` makes of a class what `@dataclass(frozen=True)` makes of it: the constructor, equality and hash by fields, no
assignment, and the fields where `dataclasses.replace`, `asdict` and `fields` look for them. But a dataclass has its methods
written and compiled at import, and a function pays for that at each of its cold starts; here all classes share these
(docs/decisions.md has the figures).
"""

from __future__ import annotations

from dataclasses import MISSING, FrozenInstanceError, dataclass, field
from dataclasses import replace as replace_dataclass
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


if TYPE_CHECKING:  # what it changes is checked as it is there
    replace = replace_dataclass
else:

    def replace(value: _T, /, **changes: object) -> _T:
        """The value with some fields changed, as `dataclasses.replace` gives it, without a look at each field's description."""
        names, known, _, _, _ = value.__shape__
        if type(value).__init__ is not _Value.__init__ or not changes.keys() <= known:
            return replace_dataclass(value, **changes)
        made = object.__new__(type(value))
        held = value.__dict__
        # What was worked out from the fields before is no field, and stays behind.
        made.__dict__.update(held if len(held) == len(names) else {name: held[name] for name in names})
        made.__dict__.update(changes)
        return made


class _Value:
    """The methods that every value type has."""

    __shape__: ClassVar[_Shape]

    def __init__(self, *args: object, **kwargs: object) -> None:
        names, known, defaults, factories, _ = self.__shape__
        held = self.__dict__
        if not kwargs and len(args) == len(names):
            held.update(zip(names, args, strict=False))
            return
        given = len(args) + len(kwargs)
        kwargs.update(zip(names, args, strict=False))
        if given < len(names):
            held.update(defaults)
            for name, make in factories.items():
                if name not in kwargs:
                    held[name] = make()
        held.update(kwargs)
        if len(kwargs) != given or held.keys() != known:
            raise TypeError(f"{type(self).__name__} wants its fields once each: {', '.join(names)}")

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
