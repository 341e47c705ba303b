"""A whole script: what shows a finding, in under 60 lines that anybody can run."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from loadtest.apps.table import AppTable
from loadtest.apps.template import filled
from loadtest.navigation.opening import HandshakeWay
from loadtest.navigation.point import Manner
from loadtest.profile.model import Profile
from loadtest.replay.script.app_part import AppPart, app_part
from loadtest.replay.script.body import chunks_of, joined
from loadtest.replay.script.helpers import HEAR_WEBSOCKET, STAY
from loadtest.replay.script.source import CannotScriptError, indented, literal
from loadtest.replay.script.telling import Telling
from loadtest.replay.script.uses import import_lines, uses_of
from loadtest.replay.script.way import Way
from loadtest.report.wording import amount

__all__ = ["LEAST_TOO_LONG", "Showing", "Turn", "write_script"]

_WIDTH = 110
_PARTS = "parts = urllib.parse.urlsplit(HOST)"
LEAST_TOO_LONG = 60
"""Lines; a script has fewer."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One visit of a script."""

    due_s: float
    """Seconds after its begin."""
    tab: int
    """Visits of one tab come one after another, with the same cookies and tab id."""
    way: Way


@dataclass(frozen=True, slots=True)
class Showing:
    """What a script is to show."""

    host: str
    """Where the app listened: the script's default."""
    expect: str
    """What to look for afterwards; text of the app's."""
    name: str
    """The script's file name."""
    turns: Sequence[Turn]
    row: Mapping[str, str]
    """The tab's row of the ``data`` file."""


def write_script(profile: Profile, table: AppTable, showing: Showing) -> str:
    """Return the script's text.

    Args:
        table: the ``[app]`` of the profile.

    Raises:
        CannotScriptError: it would be too long, or the app needs what it cannot do; what to do instead.
    """
    writer = _Writer(profile, table, app_part(table, showing.row), showing)
    text = "\n".join(writer.lines()) + "\n"
    count = text.count("\n")
    if count >= LEAST_TOO_LONG:
        raise CannotScriptError(
            f"a script of it would have {count} lines, and {LEAST_TOO_LONG} are too many to read; "
            "run the written profile instead"
        )
    compile(text, showing.name, "exec")
    return text


class _Writer:
    """Writes one script."""

    def __init__(self, profile: Profile, table: AppTable, app: AppPart, showing: Showing) -> None:
        self._profile = profile
        self._table = table
        self._app = app
        self._showing = showing
        self._is_one = len(showing.turns) == 1
        ways = [turn.way if self._is_one else replace(turn.way, page="") for turn in showing.turns]
        self._ways = list(dict.fromkeys(ways))

    def lines(self) -> list[str]:
        """Return the whole script's lines."""
        body = self._body()
        if not self._is_one:
            body = ["", "", "def visit(path, how, tab_id, cookies):", *indented(body), "", "", *self._run()]
        helpers = list(_helpers("\n".join(body)))
        rest = [*helpers, *body, *self._end(body)]
        uses = uses_of("\n".join(rest))
        constants = list(self._constants(uses.names))
        lines = self._whole(constants, rest)
        checked = self._whole(self._checked(constants), rest)
        return checked if len(checked) < LEAST_TOO_LONG else lines

    def _whole(self, constants: Sequence[str], rest: Sequence[str]) -> list[str]:
        uses = import_lines(uses_of("\n".join(rest)), uses_of("\n".join(constants)))
        return [*self._head(), *uses, "", *constants, *rest]

    def _checked(self, constants: Sequence[str]) -> list[str]:
        """Return the constants with what ends the script at once where nobody listens."""
        first, *others = constants
        port = 443 if self._showing.host.startswith("https") else 80
        return [
            first,
            *([] if _PARTS in others else [_PARTS]),
            *others,
            "try:",
            f"    socket.create_connection((parts.hostname, parts.port or {port}), 10).close()",
            "except OSError as error:",
            '    sys.exit(f"nobody listens at {HOST}: {error}")',
        ]

    def _head(self) -> list[str]:
        way, turns = self._ways[0], self._showing.turns
        what = f"one visit that leaves at {way.at} by {way.manner}, over {way.transport}"
        if not self._is_one:
            what = f"{len(turns)} visits in {amount(len({turn.tab for turn in turns}), 'tab')}"
        return [f'"""Shows a bug with {what}. Run: python {_plain(self._showing.name)} [HOST]"""', ""]

    def _constants(self, names: Set[str]) -> Iterator[str]:
        yield f'HOST = sys.argv[1].rstrip("/") if len(sys.argv) > 1 else {literal(self._showing.host)}'
        if "parts" in names:
            yield _PARTS
        if self._headers:
            pairs = ", ".join(f"{literal(name)}: {literal(value)}" for name, value in self._headers.items())
            yield f"HEADERS = {{{pairs}}}  # of the profile: is a secret among them?"
        if not self._table.tls.verify:
            yield "ssl._create_default_https_context = ssl._create_unverified_context"
        if "kept" in names:
            yield "kept = []  # what stays open until this script ends"
        if self._is_one and "cookies" in names:
            yield "cookies = http.cookiejar.CookieJar()"
        if self._is_one and "tab_id" in names:
            yield "tab_id = str(uuid.uuid4())"

    @property
    def _headers(self) -> Mapping[str, str]:
        access, row = self._profile.app.access, self._showing.row
        cookies = "; ".join(f"{name}={filled(value, row)}" for name, value in access.cookies.items())
        return {**access.headers, **({"Cookie": cookies} if cookies else {})}

    def _body(self) -> list[str]:
        secure = "S" if self._showing.host.startswith("https") else ""
        access = self._profile.app.access
        ways = []
        for way in self._ways:
            telling = Telling(
                way,
                self._app,
                access.steps,
                socket_path=access.socket_path,
                connection=f"http.client.HTTP{secure}Connection(parts.netloc, timeout=60)",
                has_headers=bool(self._headers),
                has_cookies="Cookie" in self._headers,
                is_function=not self._is_one,
                verifies=self._table.tls.verify,
            )
            ways.append((self._how(way), chunks_of(telling, self._handshake_way())))
        return joined(ways)

    def _how(self, way: Way) -> str:
        """Return what a way is called: its point, if no other one leaves there."""
        return way.at if sum(other.at == way.at for other in self._ways) == 1 else str(way)

    def _handshake_way(self) -> HandshakeWay:
        if self._app.handshake:
            return HandshakeWay.EVENT
        return HandshakeWay.IN_CONNECT if self._table.preset == "reflex" else HandshakeWay.NONE

    def _run(self) -> Iterator[str]:
        tabs: dict[int, list[Turn]] = {}
        for turn in self._showing.turns:
            tabs.setdefault(turn.tab, []).append(turn)

        def how(turn: Turn) -> str:
            return literal(self._how(replace(turn.way, page="")))

        rows = [
            ", ".join(f"({turn.due_s:g}, {literal(turn.way.page)}, {how(turn)})" for turn in turns)
            for turns in tabs.values()
        ]
        yield "# the visits of each tab: seconds after the begin, page, how it leaves"
        short = f"TABS = [{', '.join(f'[{row}]' for row in rows)}]"
        yield from [short] if len(short) < _WIDTH else ["TABS = [", *(f"    [{row}]," for row in rows), "]"]
        yield from _RUN

    def _end(self, body: Sequence[str]) -> Iterator[str]:
        yield f'print("look into the server\'s log for:", {literal(self._showing.expect)})'
        if any(way.manner is Manner.SILENT for way in self._ways):
            yield "time.sleep(50)  # a server notices after ping interval + time-out: 45 s by default"
        elif any("SHUT_WR" in line for line in body):
            yield "time.sleep(1)  # or the server might see RST, not FIN"


_RUN = (
    "",
    "",
    "def run(tab, began=time.monotonic()):",
    "    tab_id, cookies = str(uuid.uuid4()), http.cookiejar.CookieJar()",
    "    for due_s, path, how in tab:",
    "        time.sleep(max(began + due_s - time.monotonic(), 0))",
    "        visit(path, how, tab_id, cookies)",
    "",
    "",
    "with concurrent.futures.ThreadPoolExecutor(len(TABS)) as pool:",
    "    list(pool.map(run, TABS))",
)


def _helpers(body: str) -> Iterator[str]:
    """Yield the functions that the body calls; long-polling brings its own."""
    for call, lines in (("hear(ws,", HEAR_WEBSOCKET), ("stay(ws,", STAY)):
        if call in body:
            yield from ("", "", *lines)
            if f"= {call}" in body:
                yield "    return packet"
    if "hear(ws," in body and "def visit" not in body:
        yield from ("", "")


def _plain(text: str) -> str:
    """Return text that can stand in a docstring: what could end it, or escape, becomes a question mark."""
    return "".join(c if c.isascii() and c.isprintable() and c not in "\"'\\" else "?" for c in text)
