"""What is declared of a call beyond what the tables know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tools.openapi.schema import Schema


class Place(StrEnum):
    """Where a parameter stands."""

    PATH = "path"
    QUERY = "query"
    HEADER = "header"


@dataclass(frozen=True)
class Parameter:
    """A parameter; those of a path are always needed. `empty` is for those of a query: whether an empty
    value is as good as none."""

    name: str
    place: Place
    schema: Schema
    description: str
    required: bool = False
    empty: bool = True


@dataclass(frozen=True)
class Link:
    """What can be called with something out of an answer: the call's id and, by parameter, where its value is."""

    operation_id: str
    parameters: Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """The answer of a call that worked. Without a schema it has no body.

    `files` are the media types that it can be in instead of JSON, `headers` those that it can have beyond everyone's.
    """

    status: int
    description: str
    schema: Schema | None = None
    links: Mapping[str, Link] = field(default_factory=dict)
    files: Mapping[str, Schema] = field(default_factory=dict)
    headers: Mapping[str, Schema] = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """A call.

    `operation_id` is unique in its document. `refusals` are the errors that this call can meet beyond those that the router
    knows of every call, `also` its other answers when it worked. `body` is the schema of its JSON body; `reads_body` False is for
    a call that takes none.
    """

    operation_id: str
    tag: str
    summary: str
    description: str
    answer: Answer
    parameters: tuple[Parameter, ...] = ()
    body: Schema | None = None
    body_required: bool = True
    refusals: tuple[type[Exception], ...] = ()
    also: tuple[Answer, ...] = ()


@dataclass(frozen=True)
class Api:
    """One dialect's document, but for what the tables add.

    `operations` are by method and path; `path_parameters` by their names in the paths. `schemas` are the document's named ones,
    `Error` among them, which refusals have but for those statuses that `error_schemas` gives another one. `rate_headers` are
    those of every answer to a token that is known. `unrecognised` is the schema that a 401 can have too on a path of several
    services, where nothing in the request says that it is meant for this one.
    """

    title: str
    description: str
    bearer_description: str
    bearer_example: str
    tags: Mapping[str, str]
    operations: Mapping[tuple[str, str], Operation]
    path_parameters: Mapping[str, Parameter]
    schemas: Mapping[str, Schema]
    error_schemas: Mapping[int, str] = field(default_factory=dict)
    rate_headers: Mapping[str, Schema] = field(default_factory=dict)
    unrecognised: str | None = None
