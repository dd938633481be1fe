"""template.yaml as written: parameters, and each function's folder."""

from __future__ import annotations

import pytest

from local.checkout import REPOSITORY
from local.failure import LocalCloudError
from local.source_template import read_source_template

TEMPLATE = """
Parameters:
  PythonRuntime: {Type: String}
Resources:
  DomainsFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/domains
      Runtime: !Ref PythonRuntime
      Role: !GetAtt Role.Arn
      Layers: [!Ref A, !Sub "${B}"]
      Timeout: !If [Short, 1, !FindInMap [A, B, C]]
  SendMailFunction:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: functions/send_mail/}
  Table: {Type: AWS::DynamoDB::Table}
"""


def test_functions_are_known_by_their_folders(tmp_path):
    (tmp_path / "template.yaml").write_text(TEMPLATE)

    template = read_source_template(tmp_path / "template.yaml")

    assert template.functions == {"domains": "DomainsFunction", "send_mail": "SendMailFunction"}
    assert template.parameters == {"PythonRuntime"}


def test_the_products_own_template_names_the_operator():
    assert "operator" in read_source_template(REPOSITORY / "template.yaml").functions


def test_a_missing_template_is_one_line(tmp_path):
    with pytest.raises(LocalCloudError, match=r"There is no template\.yaml in"):
        read_source_template(tmp_path / "template.yaml")


def test_a_template_that_is_not_yaml_is_one_line_with_the_place(tmp_path):
    (tmp_path / "template.yaml").write_text("Resources:\n  - a: [\n")

    with pytest.raises(LocalCloudError, match=r"template\.yaml line 3 isn't valid YAML"):
        read_source_template(tmp_path / "template.yaml")
