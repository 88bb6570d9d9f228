/** Small line charts side by side, as an SVG that can be read on dark and on light pages. */
export interface Panel {
  readonly title: string;
  /** One for each size. */
  readonly values: readonly number[];
  /** Drawn as a dashed line. */
  readonly target?: number;
}

const COLUMNS = 3;
const WIDTH = 250;
const HEIGHT = 150;
const LEFT = 22;
const RIGHT = 28;
const TOP = 40;
const BOTTOM = 28;
/** Room above the highest value, for its label. */
const HEADROOM = 1.2;

const STYLE = `
  text { font: 11px system-ui, sans-serif; fill: #57606a }
  .title { font-weight: 600 }
  .value { text-anchor: middle }
  .line { fill: none; stroke: #2f81f7; stroke-width: 2 }
  .dot { fill: #2f81f7 }
  .axis { stroke: #8b949e; stroke-width: 1 }
  .target { stroke: #bf8700; stroke-width: 1; stroke-dasharray: 4 3 }
  @media (prefers-color-scheme: dark) { text { fill: #adbac7 } }
`;

/** Sizes stand at even distances: each is a multiple of the one before. */
export function plotSvg(sizes: readonly string[], panels: readonly Panel[]): string {
  const rows = Math.ceil(panels.length / COLUMNS);
  const [width, height] = [COLUMNS * WIDTH, rows * HEIGHT];
  const drawn = panels.map((panel, i) => {
    const [x, y] = [(i % COLUMNS) * WIDTH, Math.floor(i / COLUMNS) * HEIGHT];
    return `<g transform="translate(${x} ${y})">\n${panelSvg(sizes, panel)}</g>\n`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">
<title>What a span and a question cost as the store grows</title>
<style>${STYLE}</style>
${drawn.join('')}</svg>
`;
}

function panelSvg(sizes: readonly string[], { title, values, target }: Panel): string {
  const top = Math.max(...values, target ?? 0, Number.MIN_VALUE) * HEADROOM;
  const base = HEIGHT - BOTTOM;
  const x = (i: number) =>
    round(LEFT + ((WIDTH - LEFT - RIGHT) * (i + 0.5)) / Math.max(1, sizes.length));
  const y = (value: number) => round(base - (value / top) * (base - TOP));
  const points = values.map((value, i) => `${x(i)},${y(value)}`).join(' ');
  const lines = [
    `<text class="title" x="${LEFT}" y="18">${title}</text>`,
    `<line class="axis" x1="${LEFT}" y1="${base}" x2="${WIDTH - RIGHT}" y2="${base}"/>`,
    ...sizes.map((size, i) => `<text class="value" x="${x(i)}" y="${base + 16}">${size}</text>`),
    ...(target === undefined
      ? []
      : [
          `<line class="target" x1="${LEFT}" y1="${y(target)}" x2="${WIDTH - RIGHT}" y2="${y(target)}"/>`,
          `<text x="${WIDTH - RIGHT + 3}" y="${y(target) + 4}">${short(target)}</text>`,
        ]),
    `<polyline class="line" points="${points}"/>`,
    ...values.map((value, i) => `<circle class="dot" cx="${x(i)}" cy="${y(value)}" r="3"/>`),
    ...values.map(
      (value, i) =>
        `<text class="value" x="${x(i)}" y="${round(y(value) - 7)}">${short(value)}</text>`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

const round = (value: number) => Math.round(value * 10) / 10;
const short = (value: number) => (value >= 100 ? value.toFixed(0) : value.toFixed(1));
