"""What ``loadtest init`` does: looks, tries, and writes a profile."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, urlsplit

from loadtest.discovery.draft import Draft, write_draft
from loadtest.discovery.har import PATH_CHARACTERS, read_har
from loadtest.discovery.har_draft import draft_of_recording
from loadtest.discovery.look import AT_LEISURE, Tell, look
from loadtest.discovery.sketch import sketch
from loadtest.discovery.trial import describe_visit, try_visit
from loadtest.errors import UsageError
from loadtest.navigation.record import Outcome
from loadtest.profile.load import parse_profile
from loadtest.transport.target import Target

__all__ = [
    "STANDARD_OUTPUT",
    "Destination",
    "default_name",
    "draft_of_app",
    "draft_of_har",
    "page_of",
    "save",
]

STANDARD_OUTPUT = "-"
_EXAMPLE = "an app's address looks like http://127.0.0.1:8080/"


class Destination:
    """Where a profile is written: a file that is not there yet, or standard output."""

    def __init__(self, name: str, is_forced: bool) -> None:
        self.name = name
        self._is_forced = is_forced

    @property
    def is_standard_output(self) -> bool:
        """Whether the profile goes to standard output."""
        return self.name == STANDARD_OUTPUT

    def check(self) -> None:
        """Make sure, before anything is looked at, that nothing would be lost.

        Raises:
            UsageError: there is a file of that name, or no folder for it.
        """
        path = Path(self.name)
        if self.is_standard_output:
            return
        if path.exists() and not self._is_forced:
            raise UsageError(f"--out: {self.name} is there already; name another file, or say --force")
        if not path.absolute().parent.is_dir():
            raise UsageError(f"--out: {self.name}: there is no such folder")


def page_of(url: str) -> tuple[str, str]:
    """Return the origin and the page (path with query) that an address names.

    Raises:
        UsageError: it is malformed.
    """
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  # raises for a bad one
    except ValueError as error:
        raise UsageError(f"{url!r} is no address ({error}); {_EXAMPLE}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{url!r} is not an address; {_EXAMPLE}")
    page = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    return f"{parts.scheme}://{parts.netloc}", quote(page, safe=PATH_CHARACTERS + "?")


def default_name(origin: str) -> str:
    """Return the file that an app's profile is written to."""
    return re.sub(r"[^\w.-]+", "-", urlsplit(origin).netloc).strip("-") + ".toml"


def draft_of_app(url: str, tell: Tell, warn: Tell) -> Draft:
    """Look at a running app, and try one visit of what was found.

    Args:
        tell: is given a line for each thing that was found, as it is found.
        warn: is given what the user has to do.

    Raises:
        NotRecognisedError: there is no Socket.IO app.
        UsageError: the address is malformed, or its host unknown.
    """
    origin, page = page_of(url)
    target = Target.resolve(origin)
    finding = look(target, page, AT_LEISURE, tell)
    if not finding.page.is_there:
        warn(f"{url}: is no page that the app gives (see above): the profile visits / instead; name another")
    draft = sketch(finding)
    record = try_visit(
        parse_profile(write_draft(draft, "x"), name="init", source="init"), target, AT_LEISURE.each_s
    )
    words = describe_visit(record)
    tell(words)
    draft = replace(draft, told=(*draft.told, words))
    if not draft.has_handshake:
        warn("the app's handshake, if it has one, is for you to fill in: see HANDSHAKE in the profile")
    if record.outcome is not Outcome.COMPLETED:
        warn(f"this profile does not fit yet: {words}")
    return draft


def draft_of_har(har: Path, url: str, tell: Tell, warn: Tell) -> Draft:
    """Read a browser's recording; nothing is sent to the app.

    Args:
        url: what was recorded of another host does not count; "": the first host with a socket.

    Raises:
        NotRecognisedError: no socket that can be used was recorded.
        UsageError: the file is no HAR.
    """
    draft = draft_of_recording(read_har(har), har.name, page_of(url)[0] if url else None)
    for line in draft.told:
        tell(line)
    for line in draft.advice:
        warn(line)
    return draft


def save(draft: Draft, destination: Destination, show: Callable[[str], None]) -> None:
    """Write a profile that is known to load.

    Raises:
        UsageError: the file cannot be written.
        ProfileError: a fault of ours: what was found makes no profile.
    """
    text = write_draft(draft, "PROFILE.toml" if destination.is_standard_output else destination.name)
    parse_profile(text, name="init", source=destination.name)
    if destination.is_standard_output:
        show(text)
        return
    try:
        Path(destination.name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--out: {destination.name} cannot be written: {error.strerror}") from None
