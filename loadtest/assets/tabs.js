// A placeholder: shows what /loadtest/live says.
const BASE = new URL("..", import.meta.url);

class Tab extends HTMLElement {
  connectedCallback() {
    this.textContent = "…";
    this.timer = setInterval(() => this.ask(), 1000);
  }
  disconnectedCallback() {
    clearInterval(this.timer);
  }
  async ask() {
    const answer = await fetch(new URL("live", BASE));
    const live = await answer.json();
    this.textContent = `${live.state}: ${live.progress} (${live.messages.length} messages)`;
  }
}
for (const name of ["navigations", "server", "findings"])
  customElements.define(`loadtest-${name}`, class extends Tab {});
