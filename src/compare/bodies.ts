import type { DecodeFailure, Decoders } from '../http/content-coding.ts';
import { joinedValue } from '../http/fields.ts';
import type { DifferenceKind } from './comparison.ts';
import { codingsOf, decodedBody } from './decode.ts';
import type { Findings } from './findings.ts';
import { type Json, readJson } from './json.ts';
import type { RecordedResponse } from './recorded.ts';
import type { CompiledRules } from './rules.ts';
import { collectSecrets } from './secrets.ts';
import type { Steps } from './steps.ts';
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
  const json = readable ? jsonOf(primary, ours, steps) : undefined;
  const otherJson = readable ? jsonOf(mirror, theirs, steps) : undefined;
  if (json !== undefined && otherJson !== undefined) {
    if (rules.hidesJson)
      for (const value of [json, otherJson]) collectSecrets(value, scope, steps, found.secrets);
    compareJson(json, otherJson, scope, rules.tolerance, found, steps);
    return null;
  }
  const isSameType = (json === undefined) === (otherJson === undefined);
  const isSecret = rules.hidesJson || scope.redacted;
  found.add({
    place: '',
    kind: kindOf(ours, theirs, isSameType),
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

/** The value of a body that says that it is JSON, or looks like it; `undefined` if it is not. */
function jsonOf({ headers }: RecordedResponse, bytes: Uint8Array, steps: Steps): Json | undefined {
  const text = textOf(bytes);
  if (text === undefined) return undefined;
  const isDeclared = JSON_TYPE.test(joinedValue(headers, 'content-type') ?? '');
  return isDeclared || /^[ \t\r\n]*[[{]/.test(text) ? readJson(text, steps) : undefined;
}

/** The text without a byte order mark; `undefined` if it is not UTF-8, or binary. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.byteLength !== b.byteLength) return false;
  for (let i = 0; i < a.byteLength; i += 1) if (a[i] !== b[i]) return false;
  return true;
}
