import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';
import type { Command } from '../../../src/cli/command.ts';
import { SettingError } from '../../../src/settings/values.ts';

const COMMAND: Command = {
  name: 'try',
  summary: '',
  words: ['[A] B', 2],
  options: [
    { flag: 'port', value: 'N', help: '' },
    { flag: 'header', short: 'H', value: 'LINE', help: '' },
    { flag: 'json', help: '' },
  ],
  load: () => Promise.resolve(() => {}),
};

const parse = (...args: string[]) => parseArguments(args, COMMAND);

describe('what is understood', () => {
  it.each([
    [['--port', '1'], { port: '1' }],
    [['--port=1'], { port: '1' }],
    [['--port='], { port: '' }],
    [['--port', ''], { port: '' }],
    [['--port', '-1'], { port: '-1' }],
    [['--port=--json'], { port: '--json' }],
    [['--port', '1', '--port', '2'], { port: '2' }],
    [['-H', 'a: b'], { header: 'a: b' }],
    [['-Ha: b'], { header: 'a: b' }],
    [['--header=a=b'], { header: 'a=b' }],
    [['--json'], { json: '' }],
    [[], {}],
  ])('%j', (args, flags) => {
    expect(parse(...args)).toMatchObject({ flags, words: [] });
    expect(Object.keys(parse(...args).flags)).toEqual(Object.keys(flags));
  });

  it('words may stand between flags, and begin with dashes after --', () => {
    expect(parse('a', '--port', '1', '-').words).toEqual(['a', '-']);
    expect(parse('--json', '--', '--port', '-h')).toMatchObject({ words: ['--port', '-h'] });
  });

  it('all values of a flag are kept', () => {
    expect(parse('-H', 'a: 1', '--header', 'b: 2').all['header']).toEqual(['a: 1', 'b: 2']);
  });

  it('names of properties that all objects have are flags like others', () => {
    expect(() => parse('--constructor', 'x')).toThrow('unknown flag "--constructor"');
  });
});

describe('what is refused', () => {
  it.each([
    [['--port'], '--port: expected its argument, N, found nothing'],
    [['--port', '--json'], '--port: expected its argument, N, found "--json"'],
    [['-H'], '-H: expected its argument, LINE, found nothing'],
    [['--json=yes'], '--json: expected no value, found "yes"'],
    [['--prt', '1'], 'unknown flag "--prt": did you mean --port? proxy-mirror help try lists all'],
    [['-x'], 'unknown flag "-x": proxy-mirror help try lists all'],
    [['--\u001b[1m\n'], 'unknown flag "--\\u001b[1m\\n": proxy-mirror help try lists all'],
    [['a', 'b', 'c'], 'try: expected [A] B, found "a" "b" "c"'],
  ])('%j', (args, message) => {
    expect(() => parse(...args)).toThrow(new SettingError(message));
  });

  it('the first of several mistakes is named', () => {
    expect(() => parse('--nope', '--json=1', 'a', 'b', 'c')).toThrow('unknown flag "--nope"');
  });
});

it.each([[['--help']], [['-h']], [['--nope', '-h']], [['a', 'b', 'c', '--help']]])(
  'help is found in %j',
  (args) => {
    expect('help' in parse(...args).flags).toBe(true);
  },
);
