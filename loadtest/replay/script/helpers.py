"""Functions that scripts bring along, as their lines."""

__all__ = ["HEAR_POLLING", "HEAR_WEBSOCKET", "STAY"]

HEAR_POLLING = (
    "def hear(begin):",
    '    """Poll until a packet begins so; a GET is pending afterwards."""',
    "    while not (found := [packet for packet in packets if packet.startswith(begin)]):",
    '        packets.extend(get.getresponse().read().decode().split("\\x1e"))',
    '        get.request("GET", url, headers=headers)',
    "    packets.remove(found[0])",
    '    print("  <", ascii(found[0][:100]))',
    "    return found[0]",
)
HEAR_WEBSOCKET = (
    "def hear(ws, begin):",
    '    """Receive until a packet begins so; answer pings."""',
    "    while not (packet := str(ws.recv())).startswith(begin):",
    '        if packet == "2":',
    '            ws.send("3")',
    '    print("  <", ascii(packet[:100]))',
)
STAY = (
    "def stay(ws, seconds):",
    '    """Stay for a while; answer pings."""',
    "    until = time.monotonic() + seconds",
    "    while (left := until - time.monotonic()) > 0:",
    "        ws.settimeout(left)",
    "        with contextlib.suppress(websocket.WebSocketTimeoutException):",
    '            if ws.recv() == "2":',
    '                ws.send("3")',
)
