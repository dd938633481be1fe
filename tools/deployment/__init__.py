"""Bringing the template to an AWS account and taking it away again; `samconfig.toml` says where and how."""
