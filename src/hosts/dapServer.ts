/** The debug adapter as a process of its own: over standard streams, or on a loopback port for one client at a time. */
import { createServer } from 'node:net';
import type { DapTransport } from '../cli/host';
import type { AdapterHost } from '../adapter/session';
import { PtscopeSession } from '../adapter/session';
import { nodeFiles } from './nodeFiles';

export const nodeAdapterHost: AdapterHost = {
  files: nodeFiles,
  now: () => performance.now(),
  yieldToHost: () => new Promise((resolve) => setImmediate(resolve)),
};

/** Resolves when the client is gone. */
export function serveDap(transport: DapTransport, say: (text: string) => void): Promise<void> {
  return transport.kind === 'stdio' ? serveStreams() : servePort(transport.port, say);
}

function serveStreams(): Promise<void> {
  const session = new PtscopeSession(nodeAdapterHost);
  return new Promise((resolve) => {
    process.stdin.on('end', resolve);
    session.on('close', resolve);
    session.start(process.stdin, process.stdout);
  });
}

function servePort(port: number, say: (text: string) => void): Promise<void> {
  return new Promise((_resolve, reject) => {
    const server = createServer((socket) => {
      const session = new PtscopeSession(nodeAdapterHost);
      // A debugged machine ends with its client; the server waits for the next one.
      session.setRunAsServer(true);
      // Messages are small and answers are waited for.
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
      session.start(socket, socket);
    });
    server.on('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      say(`Debug Adapter Protocol on 127.0.0.1:${typeof address === 'object' ? address?.port : port}\n`);
    });
  });
}
