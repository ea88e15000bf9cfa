/** Plots as inline SVG: drawn here, nothing loaded, sharp on paper. */
import { html, type Markup } from './markup.js';

export interface Series {
  /** Class of the style sheet: `own`, `other`. */
  readonly look: string;
  readonly name: string;
  readonly values: readonly number[];
}

const frame = { width: 880, height: 240, left: 52, right: 12, top: 12, bottom: 30 } as const;

/** Lines over equally spaced labels; `unit` stands in what a pointer shows. */
export function linePlot(labels: readonly string[], series: readonly Series[], unit: string): Markup {
  const { width, height, left, right, top, bottom } = frame;
  const most = niceAbove(Math.max(1e-9, ...series.flatMap(({ values }) => values)));
  const x = (i: number) =>
    round(labels.length === 1 ? width / 2 : left + (i * (width - left - right)) / (labels.length - 1));
  const y = (value: number) => round(height - bottom - (value / most) * (height - top - bottom));
  const every = Math.max(1, Math.ceil(labels.length / 9));
  return html`<svg class="plot" viewBox="0 0 ${width} ${height}" role="img">
${[0, 0.25, 0.5, 0.75, 1].map((share) => gridLine(y(share * most), share * most))}
${labels.map((label, i) =>
  i % every === 0
    ? html`<text class="tick" x="${x(i)}" y="${height - 8}" text-anchor="middle">${label}</text>`
    : null,
)}
${series.map(({ look, name, values }) => [
  html`<polyline class="line ${look}"
points="${values.map((value, i) => `${x(i)},${y(value)}`).join(' ')}"/>`,
  ...values.map(
    (value, i) =>
      html`<circle class="dot ${look}" cx="${x(i)}" cy="${y(value)}" r="3">
<title>${`${name} ${labels[i]}：${value.toFixed(1)}${unit}`}</title></circle>`,
  ),
])}
</svg>`;
}

function gridLine(y: number, value: number): Markup {
  const { width, left, right } = frame;
  return html`<line class="grid" x1="${left}" x2="${width - right}" y1="${y}" y2="${y}"/>
<text class="tick" x="${left - 8}" y="${y + 4}" text-anchor="end">${shortNumber(value)}</text>`;
}

/** One bar for each value, beneath each other, on a common scale; for the cell of a table. */
export function bars(
  values: readonly { readonly look: string; readonly value: number }[],
  most: number,
): Markup {
  const [width, thick] = [160, 9];
  const height = values.length * (thick + 2);
  return html`<svg class="bars" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"
aria-hidden="true">${values.map(
    ({ look, value }, i) =>
      html`<rect class="bar ${look}" x="0" y="${i * (thick + 2) + 1}" height="${thick}"
width="${lengthOf(value, most, width)}" rx="1.5"/>`,
  )}</svg>`;
}

/** What was lost to the left and what was gained to the right of a middle line. */
export function balance(lost: number, gained: number, most: number): Markup {
  const [width, height] = [200, 14];
  const middle = width / 2;
  const [left, right] = [lengthOf(lost, most, middle - 2), lengthOf(gained, most, middle - 2)];
  return html`<svg class="bars" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"
aria-hidden="true"><rect class="bar lost" x="${round(middle - left)}" y="2" width="${left}" height="10"
rx="1.5"/><rect class="bar gained" x="${middle}" y="2" width="${right}" height="10" rx="1.5"/>
<line class="grid" x1="${middle}" x2="${middle}" y1="0" y2="${height}"/></svg>`;
}

/** The parts of a whole in one bar. */
export function shares(
  parts: readonly { readonly look: string; readonly name: string; readonly value: number }[],
): Markup {
  const [width, height] = [360, 16];
  const all = parts.reduce((sum, { value }) => sum + value, 0);
  let from = 0;
  const rects = parts.map(({ look, name, value }) => {
    const long = all === 0 ? 0 : (value / all) * width;
    const rect = html`<rect class="${look}" x="${round(from)}" y="0" width="${round(long)}"
height="${height}"><title>${`${name} ${value}`}</title></rect>`;
    from += long;
    return rect;
  });
  return html`<svg class="shares" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none"
role="img">${rects}</svg>`;
}

/** Something is never nothing: a single hit can be seen. */
function lengthOf(value: number, most: number, width: number): number {
  return value <= 0 || most <= 0 ? 0 : Math.max(1.5, round((value / most) * width));
}

/** 1, 2 or 5 times a power of ten, not below. */
export function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5, 10].find((step) => step * power >= value * (1 - 1e-9)) ?? 10);
}

function shortNumber(value: number): string {
  return value >= 10_000 ? `${round(value / 10_000)} 万` : String(round(value));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
