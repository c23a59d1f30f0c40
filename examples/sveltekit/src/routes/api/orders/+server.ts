import { json, type RequestHandler } from '@sveltejs/kit';

/** An endpoint that knows nothing of mirrors. */
export const POST: RequestHandler = async ({ request }) =>
  json({ ordered: await request.json() }, { status: 201 });
