"""Value types: what a frozen dataclass gives, without code that is generated at import."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, asdict, field, fields, replace
from functools import cached_property

import pytest

from letterhead.values import replace as replaced
from letterhead.values import value_type


@value_type
class Record:
    """A value with every kind of field."""

    name: str
    value: str = "x"
    more: list[str] = field(default_factory=list)

    @cached_property
    def line(self) -> str:
        return f"{self.name} {self.value}"


@value_type
class Signed(Record):
    signature: str = ""


@value_type
class Nothing:
    pass


def test_fields_come_by_place_by_name_or_by_default():
    assert Record("a", "b", ["c"]) == Record(more=["c"], value="b", name="a")
    assert Record("a") == Record("a", "x", [])
    assert Nothing() == Nothing()


@pytest.mark.parametrize(
    ("places", "names"),
    [
        ((), {}),
        (("a", "b", [], "d"), {}),
        (("a",), {"name": "b"}),
        (("a",), {"unknown": "b"}),
        ((), {"value": "a", "unknown": "b"}),
    ],
    ids=["missing", "too many", "twice", "unknown", "unknown for missing"],
)
def test_a_constructor_wants_each_field_once(places, names):
    with pytest.raises(TypeError, match="Record wants its fields once each: name, value, more"):
        Record(*places, **names)


def test_defaults_that_are_made_are_made_for_each():
    assert Record("a").more is not Record("a").more


def test_a_value_does_not_change():
    record = Record("a")
    with pytest.raises(FrozenInstanceError):
        record.name = "b"
    with pytest.raises(FrozenInstanceError):
        record.unknown = "b"
    with pytest.raises(FrozenInstanceError):
        del record.name


def test_values_are_equal_by_type_and_fields_and_nothing_else():
    looked_at, fresh = Signed("a"), Signed("a")
    assert looked_at.line == "a x"
    assert looked_at == fresh
    assert Signed("a") != Record("a")
    assert Record("a") != Record("b")
    assert Record("a") != ("a", "x", [])


def test_values_of_hashable_fields_are_hashable():
    assert hash(Record("a", "b", ())) == hash(Record("a", "b", ()))
    assert len({Nothing(), Nothing()}) == 1
    with pytest.raises(TypeError):
        hash(Record("a", "b", []))


def test_the_tools_for_dataclasses_work():
    assert [each.name for each in fields(Signed)] == ["name", "value", "more", "signature"]
    assert replace(Signed("a", signature="s"), name="b") == Signed("b", signature="s")
    assert asdict(Record("a", more=["b"])) == {"name": "a", "value": "x", "more": ["b"]}
    assert repr(Signed("a")) == "Signed(name='a', value='x', more=[], signature='')"


def test_a_value_with_some_fields_changed_is_what_dataclasses_make_of_it():
    @value_type
    class Named:
        name: str

        def __init__(self, name: str) -> None:
            self.__dict__["name"] = name.lower()

    looked_at = Signed("a", signature="s")
    assert looked_at.line == "a x"
    assert replaced(looked_at, name="b") == replace(looked_at, name="b") == Signed("b", signature="s")
    assert replaced(looked_at, name="b").line == "b x"
    assert looked_at.name == "a"
    assert replaced(Named("A"), name="B").name == "b"
    with pytest.raises(TypeError):
        replaced(looked_at, unknown=1)


def test_values_are_copied_and_pickled():
    assert copy.deepcopy(Record("a", more=["b"])) == Record("a", more=["b"])
    assert pickle.loads(pickle.dumps(Record("a"))) == Record("a")


def test_patterns_take_them_apart():
    match Signed("a", signature="s"):
        case Signed(name, _, _, signature):
            assert (name, signature) == ("a", "s")


def test_what_a_class_says_itself_goes_before():
    @value_type
    class Address:
        text: str

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Address) and self.text.lower() == other.text.lower()

        def __hash__(self) -> int:
            return hash(self.text.lower())

    assert Address("A@b.test") == Address("a@B.test")
    assert len({Address("A"), Address("a")}) == 1
