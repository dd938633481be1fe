"""botocore's data, cut: every operation that the code calls is in it, and can be asked and answered through it."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name
from botocore.loaders import Loader

from layers.builder.service_data import cut_endpoints, cut_model
from layers.builder.target import BuildError

CHECKOUT = Path(__file__).parents[2]
OPERATIONS: dict[str, list[str]] = json.loads(
    (CHECKOUT / "layers" / "dependencies" / "operations.json").read_text()
)
LISTED = [(service, operation) for service, operations in OPERATIONS.items() for operation in operations]
ADAPTERS = sorted((CHECKOUT / "layers" / "letterhead" / "letterhead" / "adapters").rglob("*.py"))

# What PynamoDB 6.1 calls for the methods of its models that we may use: pynamodb/connection/base.py.
PYNAMODB = {
    *("BatchGetItem", "BatchWriteItem", "DeleteItem", "DescribeTable", "GetItem", "PutItem", "Query"),
    *("TransactGetItems", "TransactWriteItems", "UpdateItem"),
}
# From which operation botocore has a signed form's address, calling it never: botocore/signers.py, generate_presigned_post.
OF_FORMS = {"generate_presigned_post": ("s3", "CreateBucket")}


@pytest.fixture(scope="session")
def whole() -> Loader:
    return Loader()


def services_of(tree: ast.AST, known: set[str]) -> set[str]:
    """The services that a module makes clients of or names the type of: `client("sesv2")`, `mypy_boto3_sesv2`."""
    literals = {
        str(argument.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("client", "create_client"))
        for argument in node.args
        if isinstance(argument, ast.Constant)
    }
    modules = {
        node.module.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
    }
    return (literals | {name.removeprefix("mypy_boto3_") for name in modules}) & known


def calls_of(source: str, whole: Loader) -> Iterator[tuple[str, str]]:
    """The (service, operation) pairs that a module calls on its clients, by attribute or by the method's name as text."""
    tree = ast.parse(source)
    named = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    named |= {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    for service in services_of(tree, set(whole.list_available_services("service-2"))):
        for operation in whole.load_service_model(service, "service-2")["operations"]:
            if xform_name(operation) in named:
                yield service, operation


@pytest.mark.parametrize("path", ADAPTERS, ids=lambda path: path.relative_to(CHECKOUT).as_posix())
def test_every_operation_that_an_adapter_calls_is_listed(path, whole):
    assert [call for call in calls_of(path.read_text(), whole) if call not in LISTED] == []


def test_every_operation_that_pynamodb_calls_is_listed():
    assert PYNAMODB - set(OPERATIONS["dynamodb"]) == set()


def test_nothing_is_listed_that_nobody_calls(whole):
    called = {call for path in ADAPTERS for call in calls_of(path.read_text(), whole)}
    called |= {("dynamodb", operation) for operation in PYNAMODB}
    sources = "".join(path.read_text() for path in ADAPTERS)
    called |= {call for name, call in OF_FORMS.items() if f".{name}(" in sources}
    assert [call for call in LISTED if call not in called] == []


@pytest.mark.parametrize(
    "call", ["client.list_email_identities()", 'getattr(client, "list_email_identities")()']
)
def test_a_call_that_is_not_listed_would_be_seen(call, whole):
    planted = f'client = session().create_client("sesv2")\n{call}\nclient.close()\n'
    assert list(calls_of(planted, whole)) == [("sesv2", "ListEmailIdentities")]
    assert ("sesv2", "ListEmailIdentities") not in LISTED


@pytest.mark.parametrize("path", ADAPTERS, ids=lambda path: path.relative_to(CHECKOUT).as_posix())
def test_every_client_exception_that_an_adapter_names_is_there(path, dependencies_layer, whole):
    source = path.read_text()
    named = set(re.findall(r"\.exceptions\.([A-Z]\w+)", source)) if "client" in source else set()
    small = Loader(
        extra_search_paths=[str(dependencies_layer / "botocore" / "data")], include_default_search_paths=False
    )
    services = services_of(ast.parse(source), set(OPERATIONS))
    known = {
        shape for service in services for shape in small.load_service_model(service, "service-2")["shapes"]
    }
    assert named - known == set()


# A request for every operation, with every parameter given, is made twice: with the layer's own botocore, whose only data is the
# cut tree, and with the whole one. Run in a fresh Python, since this one has botocore loaded already.
MAKE_REQUESTS = """
import json, sys
import botocore.session
from botocore.awsrequest import AWSResponse

def sample(shape, seen=()):
    if shape.type_name == "structure":
        if shape.name in seen:
            return {}
        members = shape.members
        if getattr(shape, "is_tagged_union", False):
            members = dict(list(members.items())[:1])
        return {name: sample(member, (*seen, shape.name)) for name, member in members.items()}
    if shape.type_name == "list":
        return [] if shape.member.name in seen else [sample(shape.member, (*seen, shape.name))]
    if shape.type_name == "map":
        return {} if shape.value.name in seen else {"key": sample(shape.value, (*seen, shape.name))}
    values = {"string": (getattr(shape, "enum", None) or ["x" * max(1, shape.metadata.get("min", 1))])[0], "blob": b"x"}
    values.update({"integer": 1, "long": 1, "float": 1.0, "double": 1.0, "boolean": True, "timestamp": 1700000000})
    return values[shape.type_name]

made = {}
session = botocore.session.Session()
for service, operations in json.load(sys.stdin).items():
    client = session.create_client(service, region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    methods = {operation: method for method, operation in client.meta.method_to_api_mapping.items()}
    for name in operations:
        requests = []
        def answer(request, **_):
            body = request.body.read() if hasattr(request.body, "read") else request.body
            requests.append([request.method, request.url, str(body)])
            return AWSResponse(request.url, 418, {}, None)
        client.meta.events.register("before-send", answer)
        try:
            getattr(client, methods[name])(**sample(client.meta.service_model.operation_model(name).input_shape))
        except Exception as error:
            if not requests:
                raise
        client.meta.events.unregister("before-send", answer)
        made[f"{service}.{name}"] = requests[0]
print(json.dumps({"made": made, "from": botocore.__file__}))
"""


def requests_made(*search: Path) -> dict[str, object]:
    environment = {"PYTHONPATH": ":".join(map(str, search)), "AWS_EC2_METADATA_DISABLED": "true"}
    outcome = subprocess.run(
        [sys.executable, "-c", MAKE_REQUESTS],
        check=False,
        input=json.dumps(OPERATIONS),
        capture_output=True,
        text=True,
        env=environment,
    )
    assert outcome.returncode == 0, outcome.stderr
    return json.loads(outcome.stdout)


def test_every_listed_operation_asks_the_same_as_with_the_whole_data(dependencies_layer):
    small, whole = requests_made(dependencies_layer), requests_made()
    assert str(small["from"]).startswith(str(dependencies_layer))
    assert set(small["made"]) == {f"{service}.{operation}" for service, operation in LISTED}
    assert small["made"] == whole["made"]


@pytest.mark.parametrize(("service", "operation"), LISTED)
def test_every_shape_that_an_operation_reaches_is_the_whole_one(
    service, operation, dependencies_layer, whole
):
    small = Loader(
        extra_search_paths=[str(dependencies_layer / "botocore" / "data")], include_default_search_paths=False
    )
    models = [
        botocore.model.ServiceModel(loader.load_service_model(service, "service-2"), service).operation_model(
            operation
        )
        for loader in (small, whole)
    ]
    cut, full = (
        [described(shape) for shape in (m.input_shape, m.output_shape, *m.error_shapes)] for m in models
    )
    assert cut == full


def described(shape, seen=()):
    """A shape without its documentation, all the way down."""
    if shape is None or shape.name in seen:
        return shape and shape.name
    inner = {name: getattr(shape, name, None) for name in ("member", "key", "value")}
    inner |= getattr(shape, "members", {})
    return (
        shape.name,
        shape.type_name,
        dict(shape.serialization),
        shape.metadata,
        {name: described(each, (*seen, shape.name)) for name, each in inner.items() if each is not None},
    )


def test_the_cut_data_has_the_endpoints_of_the_whole(dependencies_layer, whole):
    small = json.loads((dependencies_layer / "botocore" / "data" / "endpoints.json").read_text())
    full = whole.load_data("endpoints")
    assert [each["partition"] for each in small["partitions"]] == [
        each["partition"] for each in full["partitions"]
    ]
    for cut, entire in zip(small["partitions"], full["partitions"], strict=True):
        assert cut["regions"] == entire["regions"]
        assert cut["services"].items() <= entire["services"].items()


MODEL = {
    "metadata": {"endpointPrefix": "x"},
    "documentation": "d",
    "operations": {
        "Put": {"input": {"shape": "In"}, "errors": [{"shape": "Oops"}], "documentation": "d"},
        "Drop": {"input": {"shape": "Other"}},
    },
    "shapes": {
        "In": {
            "type": "structure",
            "members": {"documentation": {"shape": "Text", "documentation": "d"}},
            "documentation": "d",
        },
        "Oops": {"type": "structure", "members": {"In": {"shape": "In"}}, "exception": True},
        "Text": {"type": "string"},
        "Other": {"type": "string"},
    },
}


def test_the_cut_keeps_what_an_operation_reaches_and_a_member_called_documentation():
    assert cut_model("x", MODEL, ["Put"]) == {
        "metadata": {"endpointPrefix": "x"},
        "operations": {"Put": {"input": {"shape": "In"}, "errors": [{"shape": "Oops"}]}},
        "shapes": {
            "In": {"type": "structure", "members": {"documentation": {"shape": "Text"}}},
            "Oops": {"type": "structure", "members": {"In": {"shape": "In"}}, "exception": True},
            "Text": {"type": "string"},
        },
    }


def test_an_operation_that_does_not_exist_stops_the_build():
    with pytest.raises(BuildError, match="x Putt, which botocore doesn't know"):
        cut_model("x", MODEL, ["Putt"])


def test_the_endpoint_table_keeps_partitions_whole_but_for_other_services():
    table = {
        "version": 3,
        "partitions": [{"partition": "aws", "regions": {"r": {}}, "services": {"x": {}, "y": {}}}],
    }
    assert cut_endpoints(table, {"x"}) == {
        "version": 3,
        "partitions": [{"partition": "aws", "regions": {"r": {}}, "services": {"x": {}}}],
    }
