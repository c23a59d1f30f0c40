/** The smallest Hono worker. */
import { Hono } from 'hono';

export default new Hono().get('/apisix/status', (c) => c.json({ status: 'ok' }));
