// What is known of the run: asks /loadtest/live once a second, for all elements of a page together.

const LIVE = new URL("../live", import.meta.url);
const EVERY_MS = 1000;
const SLOWEST_MS = 10_000;
const PATIENCE_MS = 15_000;
const MOST_TICKS = 3600; // as many as the server keeps

/** Rows by their time: one that is sent again replaces the one before. */
class Series {
  constructor() {
    this.widthS = 1;
    this.rows = new Map();
  }

  take(message, keyOf) {
    if (message.reset || (message.width_s && message.width_s !== this.widthS)) this.rows.clear();
    this.widthS = message.width_s ?? this.widthS;
    for (const row of message.rows) this.rows.set(keyOf(row), row);
  }
}

/** One run, as far as it has been told. */
class Run {
  constructor() {
    this.id = null;
    this.seq = 0;
    this.state = "idle";
    this.canTurn = false;
    this.progress = "";
    this.ticks = []; // [t_s, due, started, late, dropped, ended, failed, under_way], cumulative
    this.info = null;
    this.phases = new Series();
    this.server = new Series();
    this.summary = null;
    this.isOver = false;
    this.hasReport = false; // report.html is among its files: some time after its verdict
    this.problem = null;
  }

  take(answer) {
    this.id = answer.run;
    this.seq = answer.seq;
    this.state = answer.state;
    this.canTurn = answer.can_turn;
    this.progress = answer.progress;
    this.hasReport = answer.has_report === true;
    for (const message of answer.messages) this.#hear(message);
    this.ticks.push(...answer.ticks);
    if (this.ticks.length > MOST_TICKS) this.ticks = this.ticks.filter((_, index) => index % 2 === 1);
  }

  #hear(message) {
    switch (message.type) {
      case "run":
        this.info = message;
        break;
      case "phases":
        this.phases.take(message, (row) => `${row.phase} ${row.t}`);
        break;
      case "server":
        this.server.take(message, (row) => row.t);
        break;
      case "summary":
        this.summary = message.summary;
        break;
      case "end":
        this.summary = message.summary;
        this.isOver = true;
        break;
      case "problem":
        this.problem = message.text;
        break;
    }
  }
}

/** Asks as long as somebody listens and the page is seen; slower and slower while nobody answers. */
class Feed {
  constructor() {
    this.run = new Run();
    this.lost = null; // why nobody answers, or null
    this.hasAnswer = false;
    this.listeners = new Set();
    this.timer = null;
    this.asking = false;
    this.waitMs = EVERY_MS;
    document.addEventListener("visibilitychange", () => this.#soon(0));
  }

  /** Calls back with this feed now and after each answer; returns what ends that. */
  listen(listener) {
    this.listeners.add(listener);
    listener(this);
    this.#soon(0);
    return () => this.listeners.delete(listener);
  }

  /** Asks now: something has just been done that shows. */
  hurry() {
    this.#soon(0);
  }

  #soon(waitMs) {
    clearTimeout(this.timer);
    if (this.listeners.size && !document.hidden) this.timer = setTimeout(() => this.#ask(), waitMs);
  }

  async #ask() {
    if (this.asking) return;
    this.asking = true;
    try {
      this.#take(await this.#fetch());
      this.lost = null;
      this.hasAnswer = true;
      this.waitMs = EVERY_MS;
    } catch (error) {
      this.lost = String(error.message ?? error);
      this.waitMs = Math.min(this.waitMs * 2, SLOWEST_MS);
    } finally {
      this.asking = false;
    }
    this.#soon(this.waitMs);
    for (const listener of [...this.listeners]) this.#tell(listener);
  }

  /** A tab that cannot show something must not keep the others from it. */
  #tell(listener) {
    try {
      listener(this);
    } catch (error) {
      console.error(error);
    }
  }

  async #fetch() {
    const { id, seq, ticks } = this.run;
    const url = new URL(LIVE);
    if (id) url.searchParams.set("run", id);
    url.searchParams.set("since", seq);
    if (ticks.length) url.searchParams.set("tick", ticks.at(-1)[0]);
    const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!answer.ok) throw new Error(`the answer was ${answer.status}`);
    if (answer.redirected) throw new Error("the log-in has run out; reload the page");
    return answer.json();
  }

  #take(answer) {
    if (answer.reset || answer.run !== this.run.id) this.run = new Run();
    this.run.take(answer);
  }
}

export const feed = new Feed();
