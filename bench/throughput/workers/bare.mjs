/** As little as a Hono worker can be. */
import { Hono } from 'hono';

export default new Hono().get('/apisix/status', (c) => c.json({ status: 'ok' }));
