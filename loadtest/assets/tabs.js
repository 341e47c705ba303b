// Defines the elements of our tabs. Plain ES modules: nothing is built, nothing comes from elsewhere.

import { FindingsTab } from "./findings.js";
import { NavigationsTab } from "./navigations.js";
import { ServerTab } from "./server.js";

customElements.define("loadtest-navigations", NavigationsTab);
customElements.define("loadtest-server", ServerTab);
customElements.define("loadtest-findings", FindingsTab);
