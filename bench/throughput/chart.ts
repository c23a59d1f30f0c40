/** A group of bars under one title. */
export interface Group {
  readonly title: string;
  readonly bars: readonly Bar[];
}

export interface Bar {
  readonly name: string;
  /** `null`: the measurement failed. */
  readonly value: number | null;
  readonly ours: boolean;
}

const WIDTH = 720;
const LABELS = 230;
const NUMBERS = 60;
const ROW = 22;
const TITLE = 34;
const BAR = 14;

/** Colours by class, for light and dark pages; text has no background of its own. */
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #24292f; }
  .title { font-weight: 600; }
  .ours { fill: #0969da; } .other { fill: #afb8c1; } .unit { stroke: #57606a; stroke-dasharray: 3 3; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .ours { fill: #4493f8; } .other { fill: #565f69; } .unit { stroke: #9198a1; }
  }
`;

/** Horizontal bars, with a dashed line at the value 1. Values of one group share a scale. */
export function chart(groups: readonly Group[], caption: string): string {
  const parts: string[] = [];
  let y = 8;
  for (const { title, bars } of groups) {
    const most = Math.max(1, ...bars.map(({ value }) => value ?? 0));
    const length = (value: number) => ((WIDTH - LABELS - NUMBERS) * value) / most;
    parts.push(text(0, y + 16, title, 'title'));
    y += TITLE;
    for (const [i, { name, value, ours }] of bars.entries()) {
      const top = y + i * ROW;
      const end = LABELS + length(value ?? 0);
      parts.push(text(LABELS - 8, top + 12, name, '', 'end'));
      parts.push(
        `<rect class="${ours ? 'ours' : 'other'}" x="${LABELS}" y="${top}" width="${round(end - LABELS)}" height="${BAR}" rx="2"/>`,
      );
      parts.push(text(end + 6, top + 12, value?.toFixed(2) ?? 'failed', ''));
    }
    const unit = round(LABELS + length(1));
    const bottom = y + bars.length * ROW;
    parts.push(`<line class="unit" x1="${unit}" x2="${unit}" y1="${y - 6}" y2="${bottom}"/>`);
    y = bottom + 10;
  }
  parts.push(text(0, y + 14, caption, ''));
  const height = y + 24;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">
<title>${escape(caption)}</title>
<style>${STYLE}</style>
${parts.join('\n')}
</svg>
`;
}

function text(x: number, y: number, value: string, name: string, anchor = 'start'): string {
  const style = name === '' ? '' : ` class="${name}"`;
  return `<text${style} x="${round(x)}" y="${y}" text-anchor="${anchor}">${escape(value)}</text>`;
}

function escape(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
