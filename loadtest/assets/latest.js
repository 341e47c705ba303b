// A chart's values as a table, for those who do not see it.

import { make } from "./dom.js";

export class LatestTable {
  constructor(title) {
    const head = ["series", "latest", "highest"].map((text) => make("th", { scope: "col", text }));
    this.rows = make("tbody");
    this.element = make(
      "table",
      {},
      make("caption", { text: `${title}: latest values` }),
      make("thead", {}, make("tr", {}, ...head)),
      this.rows,
    );
  }

  /** Shows {label, latest, highest}, texts, one a series. */
  tell(rows) {
    this.rows.replaceChildren(
      ...rows.map(({ label, latest, highest }) =>
        make(
          "tr",
          {},
          make("th", { scope: "row", text: label }),
          make("td", { text: latest }),
          make("td", { text: highest }),
        ),
      ),
    );
  }
}
