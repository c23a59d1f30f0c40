import { connect } from 'node:net';

/** Sends bytes, and resolves with all that comes back until the server closes the connection. */
export function conversation(port: number, ...texts: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => {
      for (const text of texts) socket.write(text, 'latin1');
    });
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => (received += text));
    socket.on('error', () => {});
    socket.on('close', () => resolve(received));
  });
}

/** Matches an error response of the gateway that closes the connection, and nothing else. */
export function refusal(status: number): RegExp {
  return new RegExp(
    `^HTTP/1\\.1 ${status} [^\\r\\n]+\\r\\nContent-Type: application/json\\r\\nContent-Length: \\d+\\r\\n` +
      `Connection: close\\r\\n\\r\\n\\{"error_msg":"${status} [^"]+"\\}\\n$`,
  );
}
