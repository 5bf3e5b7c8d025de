"""Recording files: lines of `<receive time, ns> <frame>`, plain or gzip. Readers of plugins use them."""

from alphaforge_rs import Frame, RecordingReader

__all__ = ["Frame", "RecordingReader"]
