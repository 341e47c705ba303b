// The run's files, to be kept.

import { make, say } from "./dom.js";
import { bytes } from "./figures.js";

const FILES = new URL("../files", import.meta.url);

/** Where one of the run's files is had. */
export const fileUrl = (name) => new URL(`files/${encodeURIComponent(name)}`, new URL(".", FILES));

const EVERY_MS = 10_000;

export class Downloads {
  constructor() {
    this.list = make("ul", { class: "files" });
    this.hint = make("p", { class: "hint", text: "A run's files can be had here as soon as it has begun." });
    this.element = make(
      "section",
      { class: "panel" },
      make("h3", { text: "Files of this run" }),
      this.hint,
      this.list,
    );
    this.asked = { id: null, state: null, at: 0 };
  }

  clear() {
    this.list.replaceChildren();
  }

  /** Asks for the list when the run's state is another, and from time to time while it writes. */
  show(run) {
    if (!run.id) return;
    const { id, state, at } = this.asked;
    const stands = `${run.state} ${run.isOver} ${run.hasReport}`;
    const isOld = !run.isOver && performance.now() - at > EVERY_MS;
    if (id === run.id && state === stands && !isOld) return;
    this.asked = { id: run.id, state: stands, at: performance.now() };
    this.#ask();
  }

  async #ask() {
    try {
      const answer = await fetch(FILES);
      const { files } = await answer.json();
      this.#list(files);
    } catch {
      this.asked.state = null; // once more at the next look; the strip tells when Locust is gone
    }
  }

  #list(files) {
    const items = files.map(({ name, bytes: size }) => {
      return make(
        "li",
        {},
        make("a", { href: fileUrl(name), download: name, text: name }),
        make("span", { class: "hint", text: ` ${bytes(size)}` }),
      );
    });
    this.list.replaceChildren(...items);
    say(
      this.hint,
      files.length ? "Each can be reported on later without new load: loadtest report RUN." : "No files yet.",
    );
  }
}
