import { isInstalled } from '../machine/programs.ts';
import { type OwnProcess, ownProcess } from '../own-process.ts';
import { nginxOrigin } from './nginx-origin.ts';

/** Responds with 27 bytes of JSON to every GET, as fast as this machine can: upstream and healthy mirror. */
export interface SimpleServer extends OwnProcess {
  readonly name: string;
}

export function simpleServer(): Promise<SimpleServer> {
  return isInstalled('nginx') ? nginxOrigin() : responder();
}

async function responder(): Promise<SimpleServer> {
  const started = await ownProcess(new URL('responder.mjs', import.meta.url));
  return { ...started, name: 'a raw node:net server' };
}
