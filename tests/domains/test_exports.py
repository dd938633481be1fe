"""A domain's records as files: each is read back by the tool that it is for, or held against its schema."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import boto3
import dns.rdatatype
import dns.zone
import jsonschema
import pytest
from botocore.validate import ParamValidator

from letterhead.domains.challenge import challenge_name
from letterhead.domains.domain import Ownership
from letterhead.domains.exports.formats import FORMS, export, resource_records
from letterhead.domains.exports.resource_record import ResourceRecord
from letterhead.domains.records import RecordType
from tests.fakes.sending_domains import claimed_domain, registered_domain

DOMAIN = registered_domain(dkim_tokens=("a" * 32, "b" * 32, "c" * 32))
CONTESTED = claimed_domain(ownership=Ownership.CONTESTED)
IDN = registered_domain("xn--bcher-kva.de", shown_name="bücher.de")
EVERY = [DOMAIN, CONTESTED, IDN]
AWKWARD = ResourceRecord(RecordType.TXT, "x.acme.com", 'v="\\1"; ${a} %{b} ' + "y" * 300)


def of(domain) -> list[tuple[str, str, str]]:
    """Type, name and value of what is to be published, an MX with its preference."""
    return [
        (one.type.value, one.name, one.value if one.priority is None else f"{one.priority} {one.value}")
        for one in resource_records(domain)
    ]


def test_the_challenge_is_among_them_as_long_as_it_has_to_be_proven():
    assert of(CONTESTED)[-1] == ("TXT", challenge_name(CONTESTED), CONTESTED.challenge)
    assert len(of(CONTESTED)) == 4
    assert len(of(DOMAIN)) == 6
    assert len(of(replace(DOMAIN, ownership=Ownership.UNCONTESTED))) == 6


@pytest.mark.parametrize(
    ("form", "media_type", "file_name"),
    [
        ("zone", "text/dns; charset=utf-8", "mail.acme.com.zone"),
        ("route53", "application/json", "mail.acme.com.route53.json"),
        ("terraform", "application/json", "mail.acme.com.tf.json"),
        ("cloudflare", "application/json", "mail.acme.com.cloudflare.json"),
        ("csv", "text/csv; charset=utf-8", "mail.acme.com.csv"),
    ],
)
def test_each_form_is_a_file_of_its_kind(form, media_type, file_name):
    made = export(DOMAIN, form)

    assert (made.media_type, made.file_name) == (media_type, file_name)
    assert made.text.endswith("\n")


def test_there_are_no_other_forms():
    assert set(FORMS) == {"zone", "route53", "terraform", "cloudflare", "csv"}


# --- zone -------------------------------------------------------------------------------------------------------------


def in_zone(text: str, origin: str) -> list[tuple[str, str, str]]:
    zone = dns.zone.from_text(text, origin=origin, check_origin=False, relativize=False)
    found = []
    for name, _, rdata in zone.iterate_rdatas():
        kind = dns.rdatatype.to_text(rdata.rdtype)
        if kind == "TXT":
            value = b"".join(rdata.strings).decode()
        elif kind == "MX":
            value = f"{rdata.preference} {rdata.exchange.to_text(omit_final_dot=True)}"
        else:
            value = rdata.target.to_text(omit_final_dot=True)
        found.append((kind, name.to_text(omit_final_dot=True), value))
    return sorted(found)


@pytest.mark.parametrize("domain", EVERY, ids=lambda domain: domain.name)
@pytest.mark.parametrize("above", [False, True])
def test_a_zone_is_read_by_dnspython_into_the_same_records(domain, above):
    # RFC 1035 section 5: names are absolute, so the file fits the domain's own zone as well as the one above.
    origin = domain.registrable if above else domain.name
    assert in_zone(export(domain, "zone").text, f"{origin}.") == sorted(of(domain))


def test_awkward_text_survives_the_master_file():
    assert in_zone(FORMS["zone"].render("acme.com", [AWKWARD]), "acme.com.") == [
        ("TXT", AWKWARD.name, AWKWARD.value)
    ]


# --- Route 53 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("domain", EVERY, ids=lambda domain: domain.name)
def test_a_change_batch_is_what_route_53s_api_takes(domain, aws_environment):
    batch = json.loads(export(domain, "route53").text)
    model = boto3.client("route53").meta.service_model
    shape = model.operation_model("ChangeResourceRecordSets").input_shape
    report = ParamValidator().validate({"HostedZoneId": "Z1", "ChangeBatch": batch}, shape)
    assert not report.has_errors(), report.generate_report()
    assert {change["Action"] for change in batch["Changes"]} == {
        "CREATE"
    }  # nothing that is there is replaced
    sets = [change["ResourceRecordSet"] for change in batch["Changes"]]
    assert [(one["Type"], one["Name"], one["ResourceRecords"][0]["Value"]) for one in sets] == [
        (kind, f"{name}.", f'"{value}"' if kind == "TXT" else value) for kind, name, value in of(domain)
    ]


# --- Terraform --------------------------------------------------------------------------------------------------------

# Terraform's JSON configuration syntax, and the AWS provider's aws_route53_record: its arguments and their types.
TERRAFORM = {
    "type": "object",
    "additionalProperties": False,
    "required": ["variable", "resource"],
    "properties": {
        "variable": {
            "type": "object",
            "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"},
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "properties": {"type": {"const": "string"}, "description": {"type": "string"}},
            },
        },
        "resource": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "aws_route53_record": {
                    "type": "object",
                    "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"},
                    "additionalProperties": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["zone_id", "name", "type", "ttl", "records"],
                        "properties": {
                            "zone_id": {"type": "string", "pattern": r"^\$\{var\.[A-Za-z_][A-Za-z0-9_-]*\}$"},
                            "name": {"type": "string", "minLength": 1},
                            "type": {"enum": ["CNAME", "MX", "TXT"]},
                            "ttl": {"type": "integer", "minimum": 0},
                            "records": {"type": "array", "minItems": 1, "items": {"type": "string"}},
                            "allow_overwrite": {"const": False},
                        },
                    },
                }
            },
        },
    },
}


@pytest.mark.parametrize("domain", EVERY, ids=lambda domain: domain.name)
def test_a_terraform_configuration_keeps_to_its_schema(domain):
    configuration = json.loads(export(domain, "terraform").text)
    jsonschema.validate(configuration, TERRAFORM)
    (variable,) = configuration["variable"]
    resources = configuration["resource"]["aws_route53_record"].values()

    assert {one["zone_id"] for one in resources} == {f"${{var.{variable}}}"}
    assert [(one["type"], one["name"], *one["records"]) for one in resources] == of(domain)


def test_terraform_gets_no_template_and_long_text_in_parts():
    (resource,) = json.loads(FORMS["terraform"].render("acme.com", [AWKWARD]))["resource"][
        "aws_route53_record"
    ].values()
    (text,) = resource["records"]

    assert "$${a}" in text
    assert "%%{b}" in text
    assert '""' in text
    assert (
        text.replace("$${", "${")
        .replace("%%{", "%{")
        .replace('""', "")
        .replace('\\"', '"')
        .replace("\\\\", "\\")
        == AWKWARD.value
    )


# --- Cloudflare -------------------------------------------------------------------------------------------------------

# Cloudflare's API, "Batch DNS Records": a record of each type with the fields that it takes.
_SHARED = {
    "name": {"type": "string", "maxLength": 255},
    "ttl": {"anyOf": [{"const": 1}, {"type": "integer", "minimum": 60, "maximum": 86400}]},
    "proxied": {"type": "boolean"},
    "comment": {"type": "string", "maxLength": 100},
}
CLOUDFLARE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["posts"],
    "properties": {
        "posts": {
            "type": "array",
            "items": {
                "oneOf": [
                    {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["type", "name", "content", "ttl"],
                        "properties": {
                            **_SHARED,
                            "type": {"const": "CNAME"},
                            "content": {"type": "string", "pattern": r"^[a-z0-9.-]+$"},
                        },
                    },
                    {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["type", "name", "content", "ttl", "priority"],
                        "properties": {
                            **_SHARED,
                            "type": {"const": "MX"},
                            "content": {"type": "string", "pattern": r"^[a-z0-9.-]+$"},
                            "priority": {"type": "integer", "minimum": 0, "maximum": 65535},
                        },
                    },
                    {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["type", "name", "content", "ttl"],
                        # "The content must consist of quoted character strings (RFC 1035)".
                        "properties": {
                            **_SHARED,
                            "type": {"const": "TXT"},
                            "content": {"type": "string", "pattern": r'^"([^"\\]|\\.)*"( "([^"\\]|\\.)*")*$'},
                        },
                    },
                ]
            },
        }
    },
}


@pytest.mark.parametrize("domain", EVERY, ids=lambda domain: domain.name)
def test_a_cloudflare_batch_keeps_to_its_schema(domain):
    batch = json.loads(export(domain, "cloudflare").text)
    jsonschema.validate(batch, CLOUDFLARE)

    assert {post["proxied"] for post in batch["posts"]} == {False}
    assert [(post["type"], post["name"]) for post in batch["posts"]] == [
        (kind, name) for kind, name, _ in of(domain)
    ]


def test_awkward_text_keeps_to_cloudflares_schema_too():
    jsonschema.validate(json.loads(FORMS["cloudflare"].render("acme.com", [AWKWARD])), CLOUDFLARE)


# --- CSV --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("domain", EVERY, ids=lambda domain: domain.name)
def test_a_table_is_read_back_into_the_same_records(domain):
    rows = list(csv.DictReader(io.StringIO(export(domain, "csv").text, newline="")))

    assert [(row["type"], row["name"], f"{row['priority']} {row['value']}".strip()) for row in rows] == of(
        domain
    )
    assert {row["ttl"] for row in rows} == {"3600"}
