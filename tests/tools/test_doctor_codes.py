"""No cross of the doctor's without a test that breaks that very thing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from local.checkout import REPOSITORY
from tests.end_to_end.doctoring.crosses import APART, CROSSES, OWN_NAMES

SOURCES = sorted((REPOSITORY / "tools" / "doctor").glob("*.py"))
END_TO_END = REPOSITORY / "tests" / "end_to_end" / "test_doctor.py"


def crosses_in(source: str) -> Iterator[str]:
    """The codes that a program may give a cross: of `judged` but where it's always right, of `Finding` where it's marked one."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name("judged"), args=[ast.Constant(str(code)), right, *_]):
                if not (isinstance(right, ast.Constant) and right.value is True):
                    yield code
            case ast.Call(
                func=ast.Name("Finding"),
                args=[ast.Constant(str(code)), ast.Attribute(ast.Name("Mark"), "CROSS"), *_],
            ):
                yield code


def test_every_cross_is_provoked():
    written = {code for path in SOURCES for code in crosses_in(path.read_text(encoding="utf-8"))}
    provoked = (
        {case.code for case in CROSSES} | {code for case in OWN_NAMES for code in case.codes} | APART.keys()
    )

    assert written - provoked == set(), "crosses that no test provokes"
    assert provoked - written == set(), "crosses that there are no more"


def test_a_code_is_always_written_out():
    """So that the test above sees all of them; but in `judged` itself, and where a look was refused and nothing can be said."""
    unseen = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"judged", "Finding"}
            ):
                code, mark, *_ = node.args
                if not isinstance(code, ast.Constant) and ast.unparse(mark) != "Mark.UNKNOWN":
                    unseen.append((path.name, ast.unparse(code)))
    assert unseen == [("finding.py", "code"), ("finding.py", "code")]


def test_every_look_is_provoked():
    from tools.doctor.examination import BEFORE, DEPLOYED

    provoked = {case.look for case in [*CROSSES, *OWN_NAMES]}
    assert {look.__name__ for look in {*BEFORE, *DEPLOYED} - provoked} == {"clock", "simulator"}


def test_what_is_tested_apart_is_tested():
    source = END_TO_END.read_text(encoding="utf-8")
    assert all(f"def {name}(" in source for name in APART.values())
