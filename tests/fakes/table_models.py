"""The PynamoDB models of the layer, by the template's table that holds them."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

from letterhead.adapters import tables
from letterhead.adapters.tables.connection import TableModel


def models_by_table() -> dict[str, type[TableModel]]:
    """`DomainItem` is what `DomainsTable` holds, `IdentityItem` what `IdentitiesTable` does."""
    found: dict[str, type[TableModel]] = {}
    for module_info in pkgutil.iter_modules(tables.__path__):
        module = importlib.import_module(f"{tables.__name__}.{module_info.name}")
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, TableModel) and value is not TableModel:
                found[_table_of(value.__name__)] = value
    return found


def schema_of(model: type[TableModel]) -> dict[str, Any]:
    """A model's keys, the attributes in them with their types, and its indexes with their projections."""
    schema: dict[str, Any] = model._get_schema()  # type: ignore[assignment]
    return {
        "keys": keys(schema["key_schema"]),
        "attributes": attributes(schema["attribute_definitions"]),
        "indexes": {
            index["index_name"]: (keys(index["key_schema"]), index["projection"])
            for kind in ("local_secondary_indexes", "global_secondary_indexes")
            for index in schema[kind]
        },
    }


def schema_in(properties: dict[str, Any]) -> dict[str, Any]:
    """The same of a table's properties in the template."""
    return {
        "keys": keys(properties["KeySchema"]),
        "attributes": attributes(properties["AttributeDefinitions"]),
        "indexes": {
            index["IndexName"]: (keys(index["KeySchema"]), index["Projection"])
            for kind in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes")
            for index in properties.get(kind, [])
        },
    }


def keys(key_schema: list[dict[str, str]]) -> dict[str, str]:
    """Attribute names by HASH and RANGE."""
    return {each["KeyType"]: each["AttributeName"] for each in key_schema}


def attributes(definitions: list[dict[str, str]]) -> dict[str, str]:
    """Types by attribute names."""
    return {each["AttributeName"]: each["AttributeType"] for each in definitions}


def _table_of(model: str) -> str:
    thing = model.removesuffix("Item")
    if thing.endswith(("s", "x")):  # settings and outboxes are one thing
        return f"{thing}Table"
    return f"{thing.removesuffix('y')}iesTable" if thing.endswith("y") else f"{thing}sTable"
