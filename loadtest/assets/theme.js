// Light or dark, as the page around an element is just now: Locust's toggle changes the colours that its page
// hands down (MUI's CssBaseline sets them on the body) and leaves no class or attribute to see it by.

/** Reports whether text of this CSS colour is meant for a dark ground. */
export function isForDark(colour) {
  const [red, green, blue] = colour.match(/[\d.]+/gu).map(Number);
  const most = colour.startsWith("color(") ? 1 : 255;
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / most > 0.5;
}

/**
 * Keeps `root.dataset.theme` at "light" or "dark", and calls back when it has changed.
 *
 * The host inherits its colour and has a transition on it, of a millisecond: its end tells of each change.
 */
export function followTheme(host, root, onChange) {
  const look = () => {
    const theme = isForDark(getComputedStyle(host).color) ? "dark" : "light";
    if (root.dataset.theme === theme) return;
    root.dataset.theme = theme;
    onChange();
  };
  const onEnd = (event) => {
    if (event.target === host && event.propertyName === "color") look();
  };
  host.addEventListener("transitionend", onEnd);
  host.addEventListener("transitioncancel", onEnd);
  look();
  return () => {
    host.removeEventListener("transitionend", onEnd);
    host.removeEventListener("transitioncancel", onEnd);
  };
}
