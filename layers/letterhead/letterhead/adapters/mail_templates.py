"""Jinja, cut down to what a mail needs: values, a few filters, conditions, and loops over lists that the caller gave.

The package's sandbox keeps a template from Python's insides (Jinja documentation, "Sandbox"). What it doesn't bound, time and
size, is bounded by what may stand in a template at all: no calls, no arithmetic, no macros, no includes, no loops in loops, and
only so many words of the language; and by how much its filters, comparisons and loops work through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from functools import cache, lru_cache, wraps
from itertools import islice
from typing import TYPE_CHECKING, Any

from letterhead.templates.template import MissingVariablesError, RenderedTooLargeError, UnfitVariablesError

if TYPE_CHECKING:
    from jinja2 import Environment, Template
    from jinja2.nodes import Expr, Filter, Node
    from jinja2.nodes import Template as Tree

LARGEST = 2 * 1024 * 1024  # characters of one part, filled in
_MOST_WORK = 4 * LARGEST
_STEP = 4  # what one thing in a list costs to look at, in characters
_MOST_WORDS = 20_000  # of the language, what stands between them not counted
_LONGEST_KEPT = 64 * 1024  # what is longer isn't kept for the next mail
_DEEPEST = 40
_FILTERS = frozenset(
    {
        "capitalize",
        "default",
        "e",
        "escape",
        "first",
        "join",
        "last",
        "length",
        "lower",
        "title",
        "trim",
        "upper",
    }
)
_QUICK = frozenset({"default", "first", "last", "length"})
_TESTS = frozenset({"defined", "undefined", "none"})


class MailTemplates:
    """The language of `letterhead.templates.template.TemplateEngine`. The package is loaded when a template is first met."""

    def variables(self, source: str) -> frozenset[str]:
        """The names of the variables that a source needs: those that neither a `default` stands in for nor a condition asks
        about first. Raises ValueError."""
        return (_needed if len(source) <= _LONGEST_KEPT else _needed.__wrapped__)(source)

    def fill(self, source: str, variables: Mapping[str, object], *, html: bool) -> str:
        """The source with its variables filled in, escaped if it is HTML.

        Raises `MissingVariablesError` for what lacks inside a variable (`customer.name`), `UnfitVariablesError`,
        `RenderedTooLargeError`.
        """
        from jinja2 import UndefinedError

        pieces: list[str] = []
        size = 0
        compiled = (_compiled if len(source) <= _LONGEST_KEPT else _compiled.__wrapped__)(source, html=html)
        _WORK.set(_Work())
        try:
            for piece in compiled.generate(variables):
                size += len(piece)
                if size > LARGEST:
                    raise RenderedTooLargeError
                pieces.append(piece)
        except UndefinedError as error:
            raise MissingVariablesError([str(error)]) from error
        except (TypeError, ValueError) as error:
            raise UnfitVariablesError from error
        return "".join(pieces)


class _Work:
    """How much filters, comparisons and loops of one mail have worked through: characters, those of `join` having made them,
    and things in lists and loops."""

    def __init__(self) -> None:
        self._done = 0

    def add(self, quantity: int) -> None:
        """Raise `RenderedTooLargeError` when it becomes too much."""
        self._done += quantity
        if self._done > _MOST_WORK:
            raise RenderedTooLargeError


_WORK: ContextVar[_Work] = ContextVar("work")


def _weight(value: object) -> int:
    """How much there is to go through in a value of JSON."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, list):
        return _STEP + sum(map(_weight, value))
    if isinstance(value, Mapping):
        return _STEP + sum(len(name) + _weight(each) for name, each in value.items())
    return _STEP


def _counted(name: str, plain: Callable[..., object]) -> Callable[..., object]:
    """A filter that counts what it works through before it does."""

    @wraps(plain)
    def filtered(*arguments: Any) -> object:
        _WORK.get().add(1 if name in _QUICK else sum(map(_weight, arguments)))
        values = [each for each in arguments if isinstance(each, str | list | Mapping)]
        if name == "join" and values:
            joined, *rest = values
            between = max((len(each) for each in rest if isinstance(each, str)), default=0)
            _WORK.get().add(between * len(joined))
        return plain(*arguments)

    return filtered


def _weighed(value: object) -> object:
    """What is compared, counted before it is."""
    _WORK.get().add(_weight(value))
    return value


def _passes(value: object, words: int) -> object:
    """What a loop goes through, counted before it does, with so much to do for each thing in it."""
    if isinstance(value, str | list | Mapping):
        _WORK.get().add(len(value) * words)
    return value


@lru_cache(256)
def _needed(source: str) -> frozenset[str]:
    from jinja2 import TemplateSyntaxError

    environment = _environment(html=False)
    try:
        words = (kind for _, kind, _ in environment.lex(source) if kind not in {"data", "whitespace"})
        if next(islice(words, _MOST_WORDS, None), None) is not None:
            raise ValueError("there is too much in it to fill in")
        tree = environment.parse(source)
    except (TemplateSyntaxError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise ValueError(f"line {line}: {error}" if line else "it is nested too deep") from error
    _check(tree, depth=0, in_loop=False)
    return frozenset(_needed_in(tree, frozenset()))


@lru_cache(64)
def _compiled(source: str, *, html: bool) -> Template:
    _needed.__wrapped__(source)
    _WORK.set(_Work())  # what is constant is filtered while it is compiled
    environment = _environment(html=html)
    tree = environment.parse(source)
    _meter(tree, environment)
    return environment.from_string(tree)


def _meter(tree: Tree, environment: Environment) -> None:
    """Have what is compared and what loops go through counted."""
    from jinja2 import nodes

    def through(name: str, value: Node, *arguments: Expr) -> Filter:
        return nodes.Filter(value, name, list(arguments), [], None, None, lineno=value.lineno)

    for loop in list(tree.find_all(nodes.For)):
        words = sum(1 for _ in loop.find_all(nodes.Node))
        loop.iter = through("passes", loop.iter, nodes.Const(words))
    for comparison in list(tree.find_all(nodes.Compare)):
        comparison.expr = through("weighed", comparison.expr)
        for operand in comparison.ops:
            operand.expr = through("weighed", operand.expr)
    tree.set_environment(environment)


def _check(node: Node, *, depth: int, in_loop: bool) -> None:
    """Raise ValueError for a node that has no place in a mail's template."""
    from jinja2 import nodes

    if depth > _DEEPEST:
        raise ValueError("it is nested too deep")
    where = f"line {node.lineno}: "
    allowed = (
        nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem,
        nodes.Filter, nodes.Test, nodes.If, nodes.For, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not,
    )  # fmt: skip
    if not isinstance(node, allowed):
        raise ValueError(f"{where}{type(node).__name__.lower()} can't be used in a template")  # noqa: TRY004
    if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
        raise ValueError(f"{where}there is no filter {node.name}")
    if isinstance(node, nodes.Name) and node.name == "self":
        raise ValueError(f"{where}self can't be used in a template")
    if isinstance(node, nodes.Test) and node.name not in _TESTS:
        raise ValueError(f"{where}there is no test {node.name}")
    if isinstance(node, nodes.For):
        if in_loop or node.recursive:
            raise ValueError(f"{where}a loop can't have another one inside")
        in_loop = True
    for child in node.iter_child_nodes():
        _check(child, depth=depth + 1, in_loop=in_loop)


def _needed_in(node: Node, known: frozenset[str]) -> Iterator[str]:
    from jinja2 import nodes

    if isinstance(node, nodes.Name):
        if node.ctx == "load" and node.name not in known:
            yield node.name
        return
    if isinstance(node, nodes.Test):
        return
    if isinstance(node, nodes.Filter) and node.name == "default":
        for argument in node.args:
            yield from _needed_in(argument, known)
        return
    if isinstance(node, nodes.If):
        asked = known | _names(node.test)
        for child in node.iter_child_nodes(exclude=("test",)):
            yield from _needed_in(child, asked)
        return
    if isinstance(node, nodes.For):
        yield from _needed_in(node.iter, known)
        known = known | _names(node.target) | {"loop"}
        for child in node.iter_child_nodes(exclude=("iter", "target")):
            yield from _needed_in(child, known)
        return
    for child in node.iter_child_nodes():
        yield from _needed_in(child, known)


def _names(node: Node) -> frozenset[str]:
    from jinja2 import nodes

    own = {node.name} if isinstance(node, nodes.Name) else set()
    return frozenset(own | {name.name for name in node.find_all(nodes.Name)})


@cache
def _environment(*, html: bool) -> Environment:
    from jinja2 import Undefined, UndefinedError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Missing(Undefined):
        """What isn't there: false in a condition, nothing in a loop, refused where it would be read."""

        def __str__(self) -> str:
            raise UndefinedError(str(self._undefined_name))

        def __html__(self) -> str:
            return str(self)

    class PlainData(ImmutableSandboxedEnvironment):
        """Knows JSON's values and nothing of Python's: a name after a dot is a key."""

        def getattr(self, obj: Any, attribute: str) -> Any:
            return self.getitem(obj, attribute)

        def getitem(self, obj: Any, argument: Any) -> Any:
            if isinstance(obj, Mapping) and argument in obj:
                return obj[argument]
            if isinstance(obj, list) and isinstance(argument, int) and -len(obj) <= argument < len(obj):
                return obj[argument]
            if type(obj).__name__ == "LoopContext" and argument in {
                "index",
                "index0",
                "first",
                "last",
                "length",
            }:
                return getattr(obj, argument)
            return self.undefined(name=str(argument), obj=obj)

    environment = PlainData(autoescape=html, undefined=Missing, keep_trailing_newline=True)
    environment.filters = {name: _counted(name, environment.filters[name]) for name in _FILTERS}
    environment.filters |= {"weighed": _weighed, "passes": _passes}
    environment.globals.clear()
    return environment
