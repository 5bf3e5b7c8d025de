"""The names under which orders go out: the node's own id, and for each replace a name of its own.

A venue that replaces an order by a new one wants a new client order id for it. The name says which
version it is, so that a report can be told from one of an older version.
"""

import re

_NAME = re.compile(r"(?P<order>(?P<node>[a-z0-9]+)-[0-9a-f]+-[0-9a-f]+)(?:-r(?P<version>[1-9][0-9]*))?")


def wire_name(client_order_id: str, version: int) -> str:
    """The name of a version of an order; version 0 is the order as it was placed."""
    return f"{client_order_id}-r{version}" if version else client_order_id


def split_name(name: str, node: str) -> tuple[str, int] | None:
    """The client order id and the version that a name stands for; None where it is none of the node's."""
    match = _NAME.fullmatch(name)
    if match is None or match["node"] != node:
        return None
    return match["order"], int(match["version"] or 0)
