import type { DecodeFailure, Decoders } from '../http/content-coding.ts';
import { joinedValue } from '../http/fields.ts';
import type { DifferenceKind } from './comparison.ts';
import { codingsOf, decodedBody } from './decode.ts';
import type { Findings } from './findings.ts';
import type { RecordedResponse } from './recorded.ts';
import type { CompiledRules } from './rules.ts';
import { collectSecrets } from './secrets.ts';
import type { Steps } from './steps.ts';
import { Tape } from './tape.ts';
import { textOf } from './text.ts';
import { compareJson } from './walk.ts';

/** `application/json`, `text/json`, `application/problem+json`. */
const JSON_TYPE = /[/+]json *(?:;|$)/i;

/**
 * Compares two bodies, decoded, and adds how they differ: by value where both are JSON, else byte by byte.
 *
 * @returns why they could not be compared; `null` if they were
 * @throws OverBudget
 */
export async function compareBodies(
  primary: RecordedResponse,
  mirror: RecordedResponse,
  rules: CompiledRules,
  decoders: Decoders,
  maxDecodedBytes: number,
  found: Findings,
  steps: Steps,
): Promise<DecodeFailure | null> {
  const hasSameCoding = codingsOf(primary).join() === codingsOf(mirror).join();
  if (hasSameCoding && isEqual(primary.body, mirror.body)) return null;
  const ours = await decodedBody(primary, decoders, maxDecodedBytes);
  if (typeof ours === 'string') return ours;
  const theirs = await decodedBody(mirror, decoders, maxDecodedBytes);
  if (typeof theirs === 'string') return theirs;
  if (isEqual(ours, theirs)) return null;
  const scope = rules.root();
  const readable = rules.body === 'auto';
  const [json, otherJson] = readable
    ? [jsonText(primary, ours), jsonText(mirror, theirs)]
    : ['', ''];
  const tape = (found.tape = new Tape(json.length + otherJson.length, steps));
  const isJson = tape.read(json);
  const isOtherJson = tape.read(otherJson);
  if (isJson && isOtherJson) {
    if (rules.hidesJson)
      for (const value of [0, tape.mirror])
        collectSecrets(tape, value, scope, steps, found.secrets);
    compareJson(tape, scope, rules.tolerance, found, steps);
    return null;
  }
  const isSecret = rules.hidesJson || scope.redacted;
  found.add({
    place: '',
    kind: kindOf(ours, theirs, isJson === isOtherJson),
    ignored: scope.ignored,
    show: (previews) => {
      const [text, other] = isSecret ? [] : [textOf(ours), textOf(theirs)];
      return text === undefined || other === undefined
        ? previews.bytes(ours, theirs)
        : previews.texts(text, other);
    },
  });
  return null;
}

function kindOf(ours: Uint8Array, theirs: Uint8Array, isSameType: boolean): DifferenceKind {
  if (theirs.byteLength === 0) return 'missing';
  if (ours.byteLength === 0) return 'extra';
  return isSameType ? 'value' : 'type';
}

/** The text of a body that says that it is JSON, or looks like it; else none, which is not JSON. */
function jsonText({ headers }: RecordedResponse, bytes: Uint8Array): string {
  const text = textOf(bytes) ?? '';
  const isDeclared = JSON_TYPE.test(joinedValue(headers, 'content-type') ?? '');
  return isDeclared || /^[ \t\r\n]*[[{]/.test(text) ? text : '';
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.byteLength !== b.byteLength) return false;
  for (let i = 0; i < a.byteLength; i += 1) if (a[i] !== b[i]) return false;
  return true;
}
