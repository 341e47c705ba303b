"""Looks at a running app: its page, its framework, its Engine.IO server, its namespaces."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from urllib.parse import urljoin, urlsplit

from loadtest.apps.app import Access
from loadtest.discovery.engine import Engine, Version, try_namespaces, try_path
from loadtest.discovery.fetch import Fetcher, Patience, UnansweredError
from loadtest.discovery.finding import Finding, Page
from loadtest.discovery.hints import Hints, inline_scripts, read_hints, script_addresses
from loadtest.discovery.signatures import SIGNATURES, Match, by_engine, by_page
from loadtest.discovery.values import PageValue, changing_values
from loadtest.errors import NotRecognisedError
from loadtest.transport.fault import REFUSED
from loadtest.transport.target import Target

__all__ = ["AT_LEISURE", "IN_A_HURRY", "Tell", "look"]

Tell = Callable[[str], None]
"""Is given a line for a person each time something was found."""

AT_LEISURE = Patience(each_s=5.0, total_s=60.0)
IN_A_HURRY = Patience(each_s=2.0, total_s=5.0)
"""For somebody who waits in front of a form."""

_MOST_SCRIPTS = 8
_MOST_CHARACTERS = 1_000_000
_MOST_PATHS = 12
_DEFAULT = "/socket.io/"


def look(
    target: Target,
    page: str,
    patience: Patience,
    tell: Tell,
    access: Access = Access(),  # noqa: B008  # frozen
) -> Finding:
    """Find out what app this is.

    Args:
        target: where it is; every path is below its base path.
        page: path and query of a page that opens a socket.
        access: what its visitors bring along.

    Raises:
        NotRecognisedError: no Engine.IO 4 server answers.
        UsageError: the headers cannot be sent.
    """
    with Fetcher(target, access, patience) as fetcher:
        try:
            fetcher.log_in()
        except UnansweredError as error:
            tell(f"log-in: {error}")
        shown = _fetch_page(fetcher, page, tell)
        match = by_page(shown.text)
        if match:
            tell(f"framework: {_name(match)}, told by {match.signature.by}")
        hints = _read_scripts(fetcher, shown, match)
        engine = _find_engine(fetcher, _candidates(target, shown, match, hints), tell)
        if match is None and (match := by_engine(engine, shown.server)):
            tell(f"framework: {_name(match)}, told by {match.signature.by}")
        elif match is None:
            tell("framework: none that is known; the keys of preset generic describe any app")
        namespaces, refused = _find_namespaces(fetcher, engine, match, hints, tell)
        return Finding(
            origin=target.origin,
            page=shown,
            engine=engine,
            match=match,
            namespaces=namespaces,
            refused=refused,
            hints=hints,
            values=() if match and match.signature.is_complete else _changing(fetcher, shown),
        )


def _name(match: Match) -> str:
    likely = "" if match.signature.is_sure else " (likely)"
    return f"{match.signature.framework}{f' {match.version}' if match.version else ''}{likely}"


def _fetch_page(fetcher: Fetcher, page: str, tell: Tell) -> Page:
    try:
        answer = fetcher.get(fetcher.target.base_path + page)
    except UnansweredError as error:
        if str(error) == REFUSED:
            raise NotRecognisedError(f"{fetcher.target.origin}: nobody listens there: {error}") from None
        tell(f"page {page}: {error}")
        return Page(page, "", is_there=False, server="", final_path=page)
    moved = "" if answer.path == fetcher.target.base_path + page else f", redirected to {answer.path}"
    tell(f"page {page}: answered {answer.status}, {len(answer.body):,} characters{moved}")
    return Page(page, answer.body, answer.is_ok, answer.server, answer.path)


def _read_scripts(fetcher: Fetcher, page: Page, match: Match | None) -> Hints:
    """Read the page's own scripts, and those that it gets from the same host, up to a bound."""
    if match and match.signature.is_complete:
        return Hints()
    addresses = script_addresses(page.text)
    texts = [text[:_MOST_CHARACTERS] for text in inline_scripts(page.text)]
    left = _MOST_CHARACTERS
    for path in list(_on_host(fetcher.target, page, addresses))[:_MOST_SCRIPTS]:
        if left <= 0 or not fetcher.is_patient:
            break
        with suppress(UnansweredError):
            text = fetcher.get(path).body[:left]
            left -= len(text)
            texts.append(text)
    return read_hints(texts, addresses, page.final_path)


def _on_host(target: Target, page: Page, addresses: Sequence[str]) -> Iterator[str]:
    """Yield the paths of those scripts that are on the app's own host, and are not Socket.IO's client."""
    for address in addresses:
        with suppress(ValueError):
            url = urlsplit(urljoin(target.origin + page.final_path, address))
            is_client = url.path.rpartition("/")[2].startswith("socket.io")
            if f"{url.scheme}://{url.netloc}" == target.origin and not is_client:
                yield f"{url.path}?{url.query}" if url.query else url.path


def _candidates(target: Target, page: Page, match: Match | None, hints: Hints) -> Sequence[str]:
    """Return where the Socket.IO server may be, the likeliest first, below the target's base path."""
    below = page.final_path.partition("?")[0].rpartition("/")[0]
    known = [path for row in SIGNATURES for path in row.socket_paths]
    paths = [
        *(match.socket_paths if match else ()),
        *hints.socket_paths,
        _DEFAULT,
        f"{below}{_DEFAULT}",
        *(path.format(prefix="") for path in known),
        *(path.format(prefix=below) for path in known),
    ]
    base = target.base_path
    own = (path[len(base) :] if base and path.startswith(f"{base}/") else path for path in paths)
    return list(dict.fromkeys(path for path in own if path.isascii() and path.isprintable()))[:_MOST_PATHS]


def _find_engine(fetcher: Fetcher, paths: Sequence[str], tell: Tell) -> Engine:
    tried: list[str] = []
    is_old = False
    for path in paths:
        if not fetcher.is_patient:
            tried.append(f"no time left for {path}")
            break
        trial = try_path(fetcher, path)
        tell(f"Socket.IO at {path}: {trial.words}")
        if trial.engine:
            opened = trial.engine.open
            tell(f"pings: every {opened.ping_interval_s:g} s, time-out {opened.ping_timeout_s:g} s")
            return trial.engine
        is_old |= trial.version is Version.OLD
        tried.append(f"{path}: {trial.words}")
    url = fetcher.target.origin + fetcher.target.base_path
    if is_old:
        raise NotRecognisedError(
            f"{url}: this app speaks Engine.IO 3 (Socket.IO 2 and before), which is not supported; "
            "from Socket.IO 3 on, servers speak Engine.IO 4"
        )
    lines = "\n".join(f"  {line}" for line in tried)
    raise NotRecognisedError(
        f"{url}: no Socket.IO server was recognised; tried\n{lines}\n"
        "what helps: the address of a page that opens a socket; a browser's recording of it (--har); "
        "or a profile whose [app] has socket_path"
    )


def _find_namespaces(
    fetcher: Fetcher, engine: Engine, match: Match | None, hints: Hints, tell: Tell
) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Return the namespaces that a page enters, and those that were refused with the reason."""
    if match and match.signature.is_complete:  # a CONNECT without its handshake would only trouble the app
        return match.signature.namespaces, ()
    names = hints.namespaces or ("/",)
    reasons = try_namespaces(fetcher, engine, names)
    for name, reason in reasons.items():
        tell(f"namespace {name}: {'entered' if reason is None else f'not entered: {reason}'}")
    entered = tuple(name for name, reason in reasons.items() if reason is None)
    refused = tuple((name, reason) for name, reason in reasons.items() if reason is not None)
    return entered or names[:1], refused


def _changing(fetcher: Fetcher, page: Page) -> tuple[PageValue, ...]:
    """Fetch the page a second time, and return what has changed."""
    if page.is_there and fetcher.is_patient:
        with suppress(UnansweredError):
            return tuple(changing_values(page.text, fetcher.get(page.final_path).body))
    return ()
