"""A line with TLS over it."""

import ssl

from loadtest.transport.line import Address, Line

__all__ = ["TlsLine"]

_CHUNK_BYTES = 65536


class TlsLine(Line):
    """TLS between two memory buffers, so that the waiting stays ``Line``'s.

    ``half_close``, ``drain``, ``await_end``, ``close`` and ``reset`` act on TCP: what DEPARTURES.md calls a
    close is one of TCP, and unread TCP bytes are what turns a FIN into a RST.
    """

    __slots__ = ("_incoming", "_outgoing", "_tls")

    def __init__(self, address: Address, context: ssl.SSLContext, host: str) -> None:
        super().__init__(address)
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        try:
            self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        except BaseException:
            self.close()
            raise

    def finish_connecting(self) -> None:
        """Wait until the connection stands and TLS has shaken hands."""
        super().finish_connecting()
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._flush()
                self._feed()
            else:
                break
        self._flush()

    def _flush(self) -> None:
        """Send what TLS has written."""
        if self._outgoing.pending:
            super().send(self._outgoing.read())

    def _feed(self) -> None:
        """Wait for bytes, and give them to TLS."""
        data = super()._receive()
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    def send(self, data: bytes) -> None:
        """Send all of it."""
        self._tls.write(data)
        self._flush()

    def fill(self) -> bool:
        """Wait for bytes, and add them to ``buffer``; False when there will be no more."""
        while True:
            try:
                data = self._tls.read(_CHUNK_BYTES)
            except ssl.SSLWantReadError:
                self._flush()
                self._feed()
            except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
                return False
            else:
                self.buffer += data
                return bool(data)
