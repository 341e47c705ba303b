"""Label values out of an app's texts: fit to be shown, short, and no more of them than can be kept."""

from loadtest.report.wording import clipped, shown

__all__ = ["OTHER", "Names", "label_of"]

OTHER = "(other)"
"""What did not fit, as the hooks call it, too."""
_LONGEST = 100
_LONGEST_READ = 1000
"""Of a text of 100 KB no more is looked at."""


def label_of(text: str) -> str:
    """Return a text of the app's as a label's value: printable, of at most a hundred characters."""
    return clipped(shown(text[:_LONGEST_READ]), _LONGEST)


class Names:
    """Gives each (namespace, event) its label values; those that come too late share one pair.

    A pair keeps what it was given for as long as the run lasts, so that what was counted under it only grows.
    """

    def __init__(self, most: int = 100) -> None:
        self._most = most
        self._labels: dict[tuple[str, str], tuple[str, str]] = {}
        self._given: set[tuple[str, str]] = set()

    def of(self, namespace: str, event: str) -> tuple[str, str]:
        """Return the labels of an event."""
        labels = self._labels.get((namespace, event))
        if labels is not None:
            return labels
        labels = label_of(namespace), label_of(event)
        if labels not in self._given:
            if len(self._given) >= self._most:
                return OTHER, OTHER
            self._given.add(labels)
        if len(self._labels) < 2 * self._most:  # texts that are the same once they are shown
            self._labels[namespace, event] = labels
        return labels
