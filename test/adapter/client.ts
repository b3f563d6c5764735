/** A DAP client of a session that serves a real socket: everything goes over the wire. */
import { DebugClient } from '@vscode/debugadapter-testsupport';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import type { Writable } from 'node:stream';
import { type AdapterHost, PtscopeSession } from '../../src/adapter/session';
import { nodeAdapterHost } from '../../src/hosts/dapServer';
import type { MomentInfo } from '../../src/protocol/requests';

export const EXAMPLES = path.join(__dirname, '../../examples');
export const FIXTURES = path.join(__dirname, '../fixtures');

/** A response of any command. */
interface Answer<Body> {
  body: Body;
}

export class Client extends DebugClient {
  readonly output: DebugProtocol.OutputEvent['body'][] = [];
  #server: Server | undefined;
  #sockets = new Set<Socket>();

  /** Every stop, in the order in which they were heard of. */
  readonly stops: DebugProtocol.StoppedEvent['body'][] = [];

  constructor(private readonly host: AdapterHost = nodeAdapterHost) {
    super('node', '', 'ptscope');
    this.defaultTimeout = 15_000;
    this.on('stopped', (event: DebugProtocol.StoppedEvent) => this.stops.push(event.body));
    this.on('output', (event: DebugProtocol.OutputEvent) => this.output.push(event.body));
  }

  async open(): Promise<void> {
    const server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      const session = new PtscopeSession(this.host);
      session.setRunAsServer(true);
      session.start(socket, socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.#server = server;
    await this.start((server.address() as { port: number }).port);
    await this.initializeRequest({
      adapterID: 'ptscope',
      linesStartAt1: true,
      columnsStartAt1: true,
      pathFormat: 'path',
      supportsProgressReporting: true,
    });
  }

  /** The client is gone, and has not said so. */
  async vanish(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  async close(): Promise<void> {
    await this.stop().catch(() => undefined);
    await this.vanish();
  }

  /** Launches and waits until breakpoints may be set. */
  async load(program: string, more: object = {}): Promise<void> {
    const ready = this.waitForEvent('initialized');
    await this.ask('launch', { program, ...more });
    await ready;
  }

  /** Starts the run and waits for the first stop. */
  async begin(filters: string[] = []): Promise<DebugProtocol.StoppedEvent['body']> {
    await this.setExceptionBreakpointsRequest({ filters });
    return this.stopAfter(() => this.configurationDoneRequest());
  }

  async stopAfter(action: () => Promise<unknown>): Promise<DebugProtocol.StoppedEvent['body']> {
    const stopped = this.waitForEvent('stopped');
    await action();
    return (await stopped).body as DebugProtocol.StoppedEvent['body'];
  }

  /** Sends several requests in one piece, so that the session reads them without a turn between. */
  async atOnce(requests: () => Promise<unknown>[]): Promise<unknown> {
    const { outputStream } = this as unknown as { outputStream: Writable };
    outputStream.cork();
    const answers = Promise.all(requests());
    outputStream.uncork();
    return answers;
  }

  move(command: string, args: object = { threadId: 1 }): Promise<DebugProtocol.StoppedEvent['body']> {
    return this.stopAfter(() => this.ask(command, args));
  }

  async ask<Body>(command: string, args: object = {}): Promise<Body> {
    return ((await this.customRequest(command, args)) as Answer<Body>).body;
  }

  moment(): Promise<MomentInfo> {
    return this.ask<MomentInfo>('ptscope/moment');
  }

  async frames(): Promise<DebugProtocol.StackFrame[]> {
    return (await this.stackTraceRequest({ threadId: 1 })).body.stackFrames;
  }

  async variables(scope: string): Promise<DebugProtocol.Variable[]> {
    const { scopes } = (await this.scopesRequest({ frameId: 1 })).body;
    const found = scopes.find((s) => s.name === scope);
    return found ? this.children(found.variablesReference) : [];
  }

  async children(variablesReference: number): Promise<DebugProtocol.Variable[]> {
    return (await this.variablesRequest({ variablesReference })).body.variables;
  }

  async value(expression: string, context = 'watch'): Promise<string> {
    return (await this.ask<DebugProtocol.EvaluateResponse['body']>('evaluate', { expression, context })).result;
  }

  /** Message of the error that a request ends in. */
  async refusal(command: string, args: object = {}): Promise<string> {
    try {
      await this.ask(command, args);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    throw new Error(`${command} was not refused`);
  }
}
