"""`python -m tools.openapi` writes docs/openapi/{mailersend,sendara,sendmailos}.yaml anew."""

from __future__ import annotations

import sys

from letterhead.tokens.dialect import Dialect
from local.standard_output import outlive_reader
from tools.openapi.document import FOLDER, DeclarationError, document
from tools.openapi.writing import as_yaml


def main() -> int:
    """Write the documents; a declaration that doesn't fit is one line on standard error and exit code 1."""
    try:
        texts = {dialect: as_yaml(document(dialect)) for dialect in Dialect}
    except DeclarationError as error:
        print(f"openapi: {error}", file=sys.stderr)
        return 1
    FOLDER.mkdir(exist_ok=True)
    for dialect, text in texts.items():
        (FOLDER / f"{dialect}.yaml").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    outlive_reader()
    sys.exit(main())
