"""The certificate of the tests' TLS servers."""

import ssl
from pathlib import Path

__all__ = ["CERTIFICATE", "server_context"]

_FOLDER = Path(__file__).parent / "pem"
CERTIFICATE = _FOLDER / "certificate.pem"


def server_context() -> ssl.SSLContext:
    """Return what a server of ``localhost`` needs."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, _FOLDER / "key.pem")
    return context
