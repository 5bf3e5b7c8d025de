"""TLS contexts: every peer proves who it is."""

import functools
import ssl
from pathlib import Path


def make_tls_context(ca_file: Path) -> ssl.SSLContext:
    """A context that trusts only the authorities of a file (an emulator's).

    Raises:
        OSError: the file cannot be read, or holds no certificate.
    """
    return ssl.create_default_context(cafile=str(ca_file))


def verifying(context: ssl.SSLContext | None) -> ssl.SSLContext:
    """The context itself; for None one that trusts the system's authorities.

    Raises:
        ValueError: it would accept a peer that does not prove its name.
    """
    if context is None:
        return _system_context()
    if context.verify_mode is not ssl.CERT_REQUIRED or not context.check_hostname:
        raise ValueError("tls_context: it must verify certificates and host names; give a CA file instead")
    return context


@functools.cache
def _system_context() -> ssl.SSLContext:
    # Made once: reading the authorities takes 30 ms, in which nothing else would run.
    return ssl.create_default_context()
