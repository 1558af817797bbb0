"""What `make check` and `make check-site` run beside the linters."""
