"""What we depend on: known vulnerabilities, licences, and a bill of materials."""
