"""Tracebacks of errors that are a framework's own, as real ones end; for the tests of the report."""

__all__ = ["GONE", "HALF_JSON", "HALF_PACKET"]

_PACKAGES = "/srv/app/lib/python3.11/site-packages"

GONE = f"""Traceback (most recent call last):
  File "{_PACKAGES}/uvicorn/middleware/proxy_headers.py", line 60, in __call__
    return await self.app(scope, receive, send)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "{_PACKAGES}/engineio/async_drivers/asgi.py", line 68, in __call__
    await self.engineio_server.handle_request(scope, receive, send)
  File "{_PACKAGES}/socketio/async_server.py", line 364, in handle_request
    return await self.eio.handle_request(*args, **kwargs)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "{_PACKAGES}/engineio/async_server.py", line 238, in handle_request
    method = environ['REQUEST_METHOD']
             ~~~~~~~^^^^^^^^^^^^^^^^^^
KeyError: 'REQUEST_METHOD'
"""
HALF_PACKET = f"""Traceback (most recent call last):
  File "{_PACKAGES}/engineio/async_server.py", line 537, in run_async_handler
    return await self.handlers[event](*args)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "{_PACKAGES}/socketio/async_server.py", line 715, in _handle_eio_message
    await self._handle_event(eio_sid, pkt.namespace, pkt.id,
  File "{_PACKAGES}/socketio/async_server.py", line 616, in _handle_event
    self.logger.info('received event "%s" from %s [%s]', data[0], sid,
                                                         ~~~~^^^
TypeError: 'NoneType' object is not subscriptable
"""
HALF_JSON = f"""Traceback (most recent call last):
  File "{_PACKAGES}/socketio/async_server.py", line 708, in _handle_eio_message
    pkt = self.packet_class(encoded_packet=data)
          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "{_PACKAGES}/socketio/packet.py", line 43, in __init__
    self.attachment_count = self.decode(encoded_packet) or 0
                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "{_PACKAGES}/socketio/packet.py", line 114, in decode
    self.data = self.json.loads(ep)
                ^^^^^^^^^^^^^^^^^^^
  File "{_PACKAGES}/engineio/json.py", line 16, in loads
    return original_loads(*args, **kwargs)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/usr/lib/python3.11/json/__init__.py", line 359, in loads
    return cls(**kw).decode(s)
           ^^^^^^^^^^^^^^^^^^^
  File "/usr/lib/python3.11/json/decoder.py", line 353, in raw_decode
    obj, end = self.scan_once(s, idx)
               ^^^^^^^^^^^^^^^^^^^^^^
json.decoder.JSONDecodeError: Unterminated string starting at: line 1 column 2 (char 1)
"""
