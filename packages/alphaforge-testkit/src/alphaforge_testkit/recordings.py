"""Small recordings for tests."""

import gzip
from collections.abc import Iterable
from pathlib import Path


def write_recording(path: Path, frames: Iterable[tuple[int, str | bytes]]) -> Path:
    """Write frames with their receive times (ns) as a recording; `.gz` in the name packs it."""
    lines = []
    for ts_recv, frame in frames:
        data = frame.encode() if isinstance(frame, str) else frame
        lines.append(b"%d %s\n" % (ts_recv, data))
    content = b"".join(lines)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path
