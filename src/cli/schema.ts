import { documentSchema } from '../config/json-schema/document.ts';

/** Prints the JSON Schema of the routes document. */
export function schema(): void {
  console.log(JSON.stringify(documentSchema(), null, 2));
}
