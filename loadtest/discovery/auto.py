"""Finds out, before a run, the app of a profile that does not say it: the preset ``auto``."""

import tomllib

from loadtest.apps.auto import AUTO
from loadtest.discovery.finding import preset_of
from loadtest.discovery.look import IN_A_HURRY, Tell, look
from loadtest.discovery.sketch import app_keys, is_complete
from loadtest.errors import NotRecognisedError, UsageError
from loadtest.profile.load import parse_profile
from loadtest.profile.model import Profile
from loadtest.profile.text import write_text
from loadtest.transport.target import Target

__all__ = ["resolve"]


def resolve(profile: Profile, host: str, tell: Tell) -> Profile:
    """Return the profile with its app found out; one that says its app is returned as it is.

    What the profile says under ``[app]`` stays, and what was found fills it up. It takes no longer than
    ``IN_A_HURRY``: somebody may wait in front of a form.

    Args:
        host: where the app listens; it may be asked (see ``swarm.hosts``).

    Raises:
        UsageError: the host is malformed or unknown, or nothing was recognised there.
        ProfileError: the profile does not fit the app that was found.
    """
    if profile.app.preset != AUTO:
        return profile
    access = profile.app.access
    page = max(access.pages, key=lambda page: page[1])[0]
    tell(f"looking at {host}: the profile does not say what app it is")
    try:
        finding = look(Target.resolve(host, access.tls), page, IN_A_HURRY, tell, access)
    except NotRecognisedError as error:
        raise UsageError(
            f"{profile.source}: app: does not say what app this is, and it could not be found out.\n{error}\n"
            "Say it with --app PRESET or FILE, or with [app] in the profile; nothing was sent but this look"
        ) from None
    if not is_complete(finding):
        tell("its handshake, if it has one, is not known; `loadtest init` writes a profile to fill in")
    data = tomllib.loads(profile.text)
    said = {key: value for key, value in data.get("app", {}).items() if key != "preset"}
    data["app"] = {**app_keys(finding), **said}
    tell(f"app: preset {preset_of(finding.match)}, socket {finding.engine.socket_path}")
    return parse_profile(write_text(data), name=profile.name, source=profile.source)
