import process from 'node:process';
import type { SupervisorCalls, WorkerCalls } from './calls.ts';
import { Channel } from './channel.ts';

/** The supervisor, as a worker sees it. */
export type Parent = Channel<SupervisorCalls, WorkerCalls>;

/** The channel to the process that started this one by `node:cluster`. */
export function parentChannel(calls: WorkerCalls): Parent {
  const port = {
    send(message: object) {
      // If it is gone, that is told by `disconnect`.
      if (process.connected) process.send!(message, undefined, undefined, () => {});
    },
    onMessage: (receive: (message: unknown) => void) => void process.on('message', receive),
  };
  return new Channel<SupervisorCalls, WorkerCalls>(port, calls);
}
