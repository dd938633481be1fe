"""botocore's data directory, cut to the operations that Letterhead calls.

botocore describes every AWS service in 25 MiB of JSON and reads the directory, the endpoints and a whole service's model to
make one client. Cut to the operations used, a client costs a quarter of that time and the layer a fraction of the space.
"""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from layers.builder.target import BuildError

Json = dict[str, Any]
MODEL, RULES = "service-2", "endpoint-rule-set-1"
SHARED = ("_retry.json", "partitions.json", "sdk-default-configuration.json")


def cut(data: Path, operations: Mapping[str, list[str]]) -> None:
    """Replace botocore's `data` folder by one with only the services and operations named; `BuildError` on an unknown one."""
    small = data.with_name("data.cut")
    small.mkdir()
    prefixes = set()
    for service, wanted in operations.items():
        versions = sorted((data / service).glob("*/" + MODEL + ".json*")) if (data / service).is_dir() else []
        if not versions:
            raise BuildError(f"operations.json names {service!r}, a service that botocore doesn't know")
        source = versions[-1].parent
        goal = small / service / source.name
        goal.mkdir(parents=True)
        model = cut_model(service, _read(source, MODEL), wanted)
        prefixes.add(model["metadata"]["endpointPrefix"])
        _write(goal / f"{MODEL}.json", model)
        _write(goal / f"{RULES}.json", _read(source, RULES))
        for extras in source.glob("*.sdk-extras.json"):
            shutil.copy(extras, goal)
    for name in SHARED:
        shutil.copy(data / name, small)
    _write(small / "endpoints.json", cut_endpoints(_read(data, "endpoints"), prefixes))
    shutil.rmtree(data)
    small.rename(data)


def cut_model(service: str, model: Json, wanted: Iterable[str]) -> Json:
    """A service's model with only these operations, the shapes that they reach, and no documentation."""
    wanted = set(wanted)
    unknown = wanted - set(model["operations"])
    if unknown:
        raise BuildError(
            f"operations.json names {service} {', '.join(sorted(unknown))}, which botocore doesn't know"
        )
    operations = {name: _undocumented(model["operations"][name]) for name in sorted(wanted)}
    shapes: Json = {}
    waiting = [name for operation in operations.values() for name in _shapes_of_operation(operation)]
    while waiting:
        name = waiting.pop()
        if name not in shapes:
            shapes[name] = _undocumented_shape(model["shapes"][name])
            waiting.extend(_shapes_of_shape(shapes[name]))
    rest = {
        key: value
        for key, value in model.items()
        if key not in ("operations", "shapes", "documentation", "examples")
    }
    return {**rest, "operations": operations, "shapes": dict(sorted(shapes.items()))}


def cut_endpoints(endpoints: Json, prefixes: set[str]) -> Json:
    """The endpoint table of every partition, with the services of these endpoint prefixes only."""
    partitions = []
    for partition in endpoints["partitions"]:
        services = {name: value for name, value in partition["services"].items() if name in prefixes}
        partitions.append({**partition, "services": services})
    return {**endpoints, "partitions": partitions}


def _shapes_of_operation(operation: Json) -> Iterator[str]:
    for key in ("input", "output"):
        if key in operation:
            yield operation[key]["shape"]
    for error in operation.get("errors", ()):
        yield error["shape"]


def _shapes_of_shape(shape: Json) -> Iterator[str]:
    for member in shape.get("members", {}).values():
        yield member["shape"]
    for key in ("member", "key", "value"):
        if key in shape:
            yield shape[key]["shape"]


def _undocumented(node: Json) -> Json:
    return {key: value for key, value in node.items() if key not in ("documentation", "documentationUrl")}


def _undocumented_shape(shape: Json) -> Json:
    """Documentation goes; a member that is *called* documentation stays."""
    bare = _undocumented(shape)
    if "members" in bare:
        bare["members"] = {name: _undocumented(member) for name, member in bare["members"].items()}
    for key in ("member", "key", "value"):
        if key in bare:
            bare[key] = _undocumented(bare[key])
    return bare


def _read(folder: Path, name: str) -> Json:
    plain = folder / f"{name}.json"
    text = (
        plain.read_bytes() if plain.exists() else gzip.decompress((folder / f"{name}.json.gz").read_bytes())
    )
    content: Json = json.loads(text)
    return content


def _write(path: Path, content: Json) -> None:
    path.write_text(json.dumps(content, separators=(",", ":")))
