// What is drawn over a run's time besides its series: warm-up as a shade, turns of the knob as upright lines.

const FONT_PX = 11;

/** Shades stretches of {from, to, text} seconds. */
export function drawBands(plot, bands, colour) {
  drawInside(plot, (context, ratio) => {
    for (const { from, to, text } of bands) {
      const left = plot.valToPos(from, "x", true);
      const right = plot.valToPos(to, "x", true);
      context.fillStyle = colour("--chart-band");
      context.fillRect(left, plot.bbox.top, right - left, plot.bbox.height);
      context.font = fontOf(ratio);
      if (context.measureText(text).width + 8 * ratio > right - left) continue;
      label(context, ratio, text, left + 4 * ratio, plot.bbox.top + 4 * ratio, colour("--chart-text"));
    }
  });
}

/** Labels for marks of {left, text}: a mark that would print over the label before is told in that one. */
export function labelsOf(marks, widthOf, gap) {
  const labels = [];
  for (const { left, text } of [...marks].sort((a, b) => a.left - b.left)) {
    const last = labels.at(-1);
    if (last && left < last.left + widthOf(last.text) + gap) last.text += `, ${text}`;
    else labels.push({ left, text });
  }
  return labels;
}

/** Draws an upright line at each of {t, text}. */
export function drawMarks(plot, marks, colour) {
  drawInside(plot, (context, ratio) => {
    const placed = marks.map(({ t, text }) => ({ left: Math.round(plot.valToPos(t, "x", true)), text }));
    context.strokeStyle = colour("--chart-mark");
    context.lineWidth = 1.5 * ratio;
    context.setLineDash([4 * ratio, 3 * ratio]);
    for (const { left } of placed) {
      context.beginPath();
      context.moveTo(left, plot.bbox.top);
      context.lineTo(left, plot.bbox.top + plot.bbox.height);
      context.stroke();
    }
    context.font = fontOf(ratio);
    for (const { left, text } of labelsOf(placed, (told) => context.measureText(told).width, 8 * ratio))
      label(context, ratio, text, left + 4 * ratio, plot.bbox.top + 4 * ratio, colour("--chart-mark"));
  });
}

function drawInside(plot, draw) {
  const { ctx: context, bbox } = plot;
  context.save();
  context.beginPath();
  context.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  context.clip();
  draw(context, devicePixelRatio);
  context.restore();
}

const fontOf = (ratio) => `${FONT_PX * ratio}px Roboto, Helvetica, Arial, sans-serif`;

function label(context, ratio, text, left, top, colour) {
  context.font = fontOf(ratio);
  context.textBaseline = "top";
  context.textAlign = "left";
  context.fillStyle = colour;
  context.fillText(text, left, top);
}
