"""A Terraform configuration in JSON syntax (`.tf.json`), with the AWS provider's Route 53 records."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from letterhead.domains.exports.resource_record import TTL, ResourceRecord
from letterhead.domains.records import RecordType

if TYPE_CHECKING:
    from collections.abc import Sequence


def terraform_configuration(domain: str, records: Sequence[ResourceRecord]) -> str:
    """Resources `aws_route53_record`, one a record; the hosted zone's id is a variable.

    `allow_overwrite` stays false, so that `terraform apply` stops where a record is there already.
    """
    slug = "".join(letter if letter.isalnum() else "_" for letter in domain)
    variable = f"zone_id_of_{slug}"
    resources = {
        f"{slug}_{number}": {
            "zone_id": f"${{var.{variable}}}",
            "name": record.name,
            "type": record.type,
            "ttl": TTL,
            "records": [_value(record)],
            "allow_overwrite": False,
        }
        for number, record in enumerate(records, 1)
    }
    configuration = {
        "variable": {
            variable: {
                "type": "string",
                "description": f"The id of the Route 53 hosted zone that {domain} lies in",
            }
        },
        "resource": {"aws_route53_record": resources},
    }
    return json.dumps(configuration, indent=2) + "\n"


def _value(record: ResourceRecord) -> str:
    """The provider puts the quotes around a TXT itself; further strings are marked by `\\"\\"` (provider's documentation)."""
    if record.type is RecordType.TXT:
        text = '""'.join(record.strings)
        # Terraform reads `${` and `%{` as the beginning of a template.
        return text.replace("${", "$${").replace("%{", "%%{")
    return record.value if record.priority is None else f"{record.priority} {record.value}"
