"""The next page, asked for as the last act of the visit that leaves for it."""

import time
from dataclasses import dataclass

from loadtest.navigation.phase import Phase
from loadtest.navigation.record import Outcome
from loadtest.transport.alarm import Rang
from loadtest.transport.fault import TOO_LATE, VisitError, fault_of
from loadtest.transport.page import PageFetch
from loadtest.transport.site import Onward, Site
from loadtest.transport.tab import Ahead, Tab

__all__ = ["Asked", "ask_ahead", "read_ahead"]


@dataclass(slots=True)
class Asked:
    """A page on its way, or what came of it."""

    onward: Onward
    fetch: PageFetch
    tab: Tab
    asked_at: float
    answer: Ahead | None = None


def ask_ahead(site: Site, tab: Tab, onward: Onward) -> Asked:
    """Send the request of the page that the tab goes on to; whatever happens is in what is returned."""
    trace = onward.trace + site.pages.extra(onward.shown, onward.move)
    fetch = PageFetch(site.target, site.pages, tab, onward.shown.page, trace)
    asked = Asked(onward, fetch, tab, time.monotonic())
    try:
        fetch.ask()
    except Rang:
        _fail(asked, VisitError(Outcome.TIMED_OUT, TOO_LATE[Phase.PAGE]))
    except Exception as error:  # told by the record of the navigation that wants the page
        _fail(asked, fault_of(error))
    except BaseException:  # this user is not wanted any more
        fetch.close()
        raise
    return asked


def read_ahead(asked: Asked) -> Ahead:
    """Read the page, unless that has been done."""
    if asked.answer is None:
        try:
            body = asked.fetch.read()
        except Rang:
            return _fail(asked, VisitError(Outcome.TIMED_OUT, TOO_LATE[Phase.PAGE]))
        except Exception as error:  # told by the record of the navigation that wants the page
            return _fail(asked, fault_of(error))
        except BaseException:  # this user is not wanted any more
            asked.fetch.close()
            raise
        asked.fetch.close()
        asked.answer = _ahead(asked, body, None)
    return asked.answer


def _fail(asked: Asked, fault: VisitError) -> Ahead:
    asked.fetch.close()
    asked.answer = _ahead(asked, "", fault)
    return asked.answer


def _ahead(asked: Asked, body: str, fault: VisitError | None) -> Ahead:
    onward = asked.onward
    took_ms = (time.monotonic() - asked.asked_at) * 1000
    return Ahead(onward.number, onward.shown, onward.move, asked.asked_at, took_ms, body, fault)
