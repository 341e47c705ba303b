// What a checker of accessibility looks at, in the shadow roots of our elements, or in a page without them.

const roots = () => {
  const ours = [...document.querySelectorAll("loadtest-navigations, loadtest-server, loadtest-findings")];
  return ours.length ? ours.map((one) => one.shadowRoot) : [document];
};
const elements = (selector = "*") => roots().flatMap((root) => [...root.querySelectorAll(selector)]);

function parse(colour) {
  const parts = colour.match(/[\d.]+/gu).map(Number);
  const scale = colour.startsWith("color(") ? 255 : 1;
  return [parts[0] * scale, parts[1] * scale, parts[2] * scale, parts[3] ?? 1];
}

function over([r, g, b, a], ground) {
  return [r, g, b].map((part, at) => part * a + ground[at] * (1 - a));
}

function groundOf(element) {
  const layers = [];
  for (let one = element; one; one = one.parentElement ?? one.getRootNode().host ?? null) {
    layers.push(parse(getComputedStyle(one).backgroundColor));
    if (layers.at(-1)[3] === 1) break;
  }
  return layers.reverse().reduce((ground, layer) => over(layer, ground), [255, 255, 255]);
}

function luminance(colour) {
  const [r, g, b] = colour.map((part) =>
    part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function ratio(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const isSeen = (element) =>
  element.checkVisibility({ visibilityProperty: true }) && !element.closest(".unseen");

function faintTexts() {
  const faint = [];
  for (const element of elements()) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!hasText || !isSeen(element) || element.closest(":disabled, option")) continue;
    const style = getComputedStyle(element);
    const ground = groundOf(element);
    const contrast = ratio(over(parse(style.color), ground), ground);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (contrast < (isLarge ? 3 : 4.5))
      faint.push(`${element.textContent.slice(0, 40)}: ${contrast.toFixed(2)}`);
  }
  return faint;
}

function token(name) {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  elements(".tab")[0].append(probe);
  const colour = parse(getComputedStyle(probe).color);
  probe.remove();
  return colour;
}

function lineRatios() {
  const ground = token("--chart-ground");
  const names = [
    "--green",
    "--blue",
    "--orange",
    "--red",
    "--purple",
    "--chart-text",
    "--chart-mark",
    "--edge",
  ];
  return Object.fromEntries(names.map((name) => [name, ratio(over(token(name), ground), ground)]));
}

const levelLightness = () =>
  [0, 1, 2, 3, 4, 5].map((level) => luminance(token(`--level-${level}`).slice(0, 3)));

function namelessControls() {
  const wrong = [];
  for (const element of elements("button, input, select, a, summary, [tabindex]")) {
    if (!isSeen(element)) continue;
    const labels = element.labels ? [...element.labels].map((label) => label.textContent).join("") : "";
    const name = element.getAttribute("aria-label") || labels || element.textContent.trim();
    if (!name) wrong.push(element.outerHTML.slice(0, 80));
  }
  for (const root of roots()) {
    const ids = [...root.querySelectorAll("[id]")].map((one) => one.id);
    if (new Set(ids).size !== ids.length) wrong.push(`an id comes twice in ${root.host.localName}`);
  }
  return wrong;
}

function focusStop() {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  const style = getComputedStyle(active);
  const name = active.getAttribute("aria-label") || active.labels?.[0]?.textContent || active.textContent;
  const isOurs = active.getRootNode() instanceof ShadowRoot;
  return `${isOurs && style.outlineStyle === "none" ? "without a ring: " : ""}${name.slice(0, 60)}`;
}

const movingThings = () =>
  elements()
    .filter((one) => {
      const style = getComputedStyle(one);
      return (
        style.animationName !== "none" ||
        style.transitionDuration.split(", ").some((time) => parseFloat(time) > 0.01)
      );
    })
    .map((one) => one.outerHTML.slice(0, 80));
