import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type Cell as ClientCell, SERVERS as CLIENTS } from '../suite/client-endings/cells.ts';
import {
  type Cell as UpstreamCell,
  SERVERS as UPSTREAMS,
} from '../suite/upstream-endings/cells.ts';

const PAGE = readFileSync(new URL('../../docs/endings.md', import.meta.url), 'utf8');

/** A table of the page, as the suite has it: a row for each state, a column for each action. */
function table<Cell>(
  cells: Readonly<Record<string, Readonly<Partial<Record<string, Cell>>>>>,
  text: (cell: Cell) => string,
): string[][] {
  const actions = [...new Set(Object.values(cells).flatMap((row) => Object.keys(row)))];
  const rows = Object.entries(cells).map(([state, row]) => [
    state,
    ...actions.map((action) => (row[action] === undefined ? '' : text(row[action]))),
  ]);
  return [['when', ...actions], ...rows];
}

function clientText({ client, connection, upstream }: ClientCell): string {
  const left = upstream.endsWith('then left') ? 'upstream left' : '';
  return [client, connection === 'closed' ? 'closed' : '', left].filter(Boolean).join('; ');
}

function upstreamText({ client, connection, next }: UpstreamCell): string {
  const by = next === 'asked' ? ' by the next node' : '';
  return client + by + (connection === 'closed' ? '; closed' : '');
}

/** Rows of the tables on the page, without the lines below their heads. */
const ROWS = PAGE.split('\n')
  .filter((line) => /^\|(?! ?-)/.test(line))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

it('the page of endings has what the suite holds', () => {
  expect(ROWS).toEqual([
    ...table<ClientCell>(CLIENTS, clientText),
    ...table<UpstreamCell>(UPSTREAMS, upstreamText),
  ]);
});
