// Numbers as people read them. What is not known is a dash, never 0.

export const NO_DATA = "–";

const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const TENTHS = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const SHORT = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

/** Reports whether there is a number. */
export const isKnown = (value) => typeof value === "number" && Number.isFinite(value);

const known = (format) => (value) => (isKnown(value) ? format(value) : NO_DATA);

export const count = known((value) => WHOLE.format(value));
export const perSecond = known((value) => (Math.abs(value) < 100 ? TENTHS : WHOLE).format(value));
export const milliseconds = known((value) => (value < 1000 ? SHORT : WHOLE).format(value));
export const number = known((value) => SHORT.format(value));
export const seconds = known((value) => `${TENTHS.format(value)} s`);

export const bytes = known((value) => {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let power = 0;
  while (Math.abs(value) >= 1000 && power < units.length - 1) {
    value /= 1000;
    power += 1;
  }
  return `${SHORT.format(value)} ${units[power]}`;
});

/** Time since the run's beginning: 45 s, 2:05, 1:00:00. */
export const clock = known((value) => {
  const whole = Math.round(value);
  if (whole < 60) return `${TENTHS.format(value)} s`;
  const two = (part) => String(part).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
});

/** "3 visits", "1 visit". */
export const amount = (value, noun, plural = `${noun}s`) => `${count(value)} ${value === 1 ? noun : plural}`;

/** "P15, P16 or P16b". */
export function listed(words, last = "and") {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}
