// Elements out of data. Whatever an app under test says becomes text, never markup.

/** Makes an element: `make("p", { class: "note", text: "…" }, child, …)`; `on…` are listeners, others attributes. */
export function make(name, { text, ...attributes } = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  if (text !== undefined) say(element, text);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Sets an element's text, if it is another than now: a screen reader speaks up at each change. */
export function say(element, text) {
  const plain = visible(String(text));
  if (element.textContent !== plain) element.textContent = plain;
}

// Control characters, and those that turn the direction of text around or hide in it.
const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

/** Writes out what would not be seen, or would make other text look like what it is not. */
export function visible(text) {
  return text.replace(UNSEEN, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Makes a table of texts; a cell may be an element. `head` gives each column's text and whether it is a number. */
export function table(caption, head, rows, attributes = {}) {
  const columns = head.map(({ text, number }) =>
    make("th", { scope: "col", class: number ? "number" : null, text }),
  );
  const lines = rows.map((row) =>
    make("tr", {}, ...row.map((cell, index) => cellOf(cell, head[index].number, index === 0))),
  );
  return make(
    "table",
    attributes,
    make("caption", { text: caption }),
    make("thead", {}, make("tr", {}, ...columns)),
    make("tbody", {}, ...lines),
  );
}

function cellOf(cell, number, isHead) {
  const holder = make(isHead ? "th" : "td", {
    scope: isHead ? "row" : null,
    class: number ? "number" : null,
  });
  if (cell instanceof Node) holder.append(cell);
  else say(holder, cell);
  return holder;
}

/** Lets a wide thing scroll in a place of its own, by keyboard too. */
export function scroller(label, ...children) {
  return make("div", { class: "scroller", role: "region", tabindex: "0", "aria-label": label }, ...children);
}
