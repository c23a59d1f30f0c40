// The two versions of a service that the demo compares.

/** What a version responds with, as JSON. */
export interface VersionResponse {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** @param target path and query of the request */
export type Version = (target: string) => VersionResponse;

/** Responds with the same each time, but for a clock and a random id, which are noise. */
export const oldVersion: Version = (target) => ({
  status: 200,
  body: { ...common(target), price: 9.5, currency: 'EUR' },
});

/** Of so many responses of the new version one is a 500. */
const RESPONSES_PER_ERROR = 5;

/**
 * Makes the new version, which has three faults: a price that became a text, a renamed field, and a 500 now and then. The
 * first response is none, so that who sends a single request sees the other two.
 */
export function newVersion(): Version {
  let responses = 0;
  return (target) => {
    responses += 1;
    const status = responses % RESPONSES_PER_ERROR === 0 ? 500 : 200;
    return { status, body: { ...common(target), price: '9.50', money: 'EUR' } };
  };
}

function common(target: string): VersionResponse['body'] {
  const { pathname, searchParams } = new URL(target, 'http://demo.invalid');
  return {
    hello: searchParams.get('name') ?? pathname.slice(1),
    time: new Date().toISOString(),
    trace: crypto.randomUUID(),
  };
}
