import { counted } from '../../../compare/report/print/words.ts';

/**
 * How often a second.
 *
 * @example perSecondText(0.25) // '0.3'
 */
export function perSecondText(rate: number): string {
  if (rate === 0) return '0';
  if (rate < 0.1) return 'under 0.1';
  return rate < 10 ? String(Number(rate.toFixed(1))) : counted(Math.round(rate));
}

const UNITS = ['KiB', 'MiB', 'GiB'];

/** @example memoryText(67_108_864) // '64 MiB' */
export function memoryText(bytes: number): string {
  let [value, unit] = [bytes, 'bytes'];
  for (const next of UNITS) if (value >= 1024) [value, unit] = [value / 1024, next];
  return `${counted(Number(value.toPrecision(value < 1000 ? 3 : 4)))} ${unit}`;
}

/** @example percentText(0.1) // '10' */
export function percentOf(share: number): number {
  return Number((share * 100).toPrecision(6));
}
