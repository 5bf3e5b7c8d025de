"""Speed, measured on request: `tox -e bench`."""
