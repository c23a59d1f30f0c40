/**
 * Most bytes of a mirror's answer that are read to keep its connection; a longer answer is cut off,
 * which closes the connection. About what a loopback or LAN connection costs to set up anew.
 */
export const ANSWER_DRAIN_LIMIT: number = 256 * 1024;
