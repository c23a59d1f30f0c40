import type { Outcome } from '../../../src/mirror/outcome.ts';
import type { CopyEvent, RequestFacts } from '../../../src/telemetry/events.ts';

export const REQUEST: RequestFacts = { id: 'a1', method: 'GET', target: '/a?b' };

export function copyEvent(outcome: Outcome, rest: Partial<CopyEvent> = {}): CopyEvent {
  return {
    type: 'copy',
    route: '1',
    mirror: 'http://m',
    request: REQUEST,
    outcome,
    seconds: 0.5,
    ...rest,
  };
}
