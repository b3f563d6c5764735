/**
 * How long a person waits for the first stop: `npm run bench launch [-- --json] [-- --quick]`.
 *
 * A real session over standard input and output, as VS Code starts it: a lackey trace of 20 M accesses, first as text,
 * then as it was kept; from the launch request to the stop on the first page fault.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { root } from './lib/bundle';

const LAUNCHES = 7;
const millions = process.argv.includes('--quick') ? 1 : 20;
const folder = join(root, '.cache/bench');
const kept = join(folder, 'kept');

/** The beginning of a real Python program, repeated until it has that many accesses. */
function traceFile(): string {
  const file = join(folder, `python-${millions}M.lackey`);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  const text = gunzipSync(readFileSync(join(root, 'test/fixtures/traces/python-200k.lackey.gz')));
  const accesses = text
    .toString('latin1')
    .split('\n')
    .filter((line) => /^(I | [LSM]) /.test(line)).length;
  const out = openSync(`${file}.part`, 'w');
  for (let n = 0; n < millions * 1e6; n += accesses) writeSync(out, text);
  closeSync(out);
  renameSync(`${file}.part`, file);
  return file;
}

interface Message {
  type: string;
  command?: string;
  event?: string;
  success?: boolean;
  message?: string;
}

/** Just enough of a DAP client. */
class Client {
  #seq = 1;
  #buffer = Buffer.alloc(0);
  readonly #waiting: { fits: (m: Message) => boolean; resolve: (m: Message) => void }[] = [];

  constructor(private readonly server: ChildProcess) {
    server.stdout?.on('data', (piece: Buffer) => this.#take(piece));
  }

  send(command: string, args: object): void {
    const body = JSON.stringify({ seq: this.#seq++, type: 'request', command, arguments: args });
    this.server.stdin?.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  event(name: string): Promise<Message> {
    return new Promise((resolve) => this.#waiting.push({ fits: (m) => m.event === name, resolve }));
  }

  #take(piece: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, piece]);
    for (;;) {
      const header = /^Content-Length: (\d+)\r\n\r\n/.exec(this.#buffer.toString('latin1', 0, 64));
      if (header === null || this.#buffer.length < header[0].length + Number(header[1])) return;
      const end = header[0].length + Number(header[1]);
      const message = JSON.parse(this.#buffer.toString('utf8', header[0].length, end)) as Message;
      this.#buffer = this.#buffer.subarray(end);
      if (message.success === false) throw new Error(`${message.command}: ${message.message}`);
      const at = this.#waiting.findIndex((w) => w.fits(message));
      if (at >= 0) this.#waiting.splice(at, 1)[0].resolve(message);
    }
  }
}

/** Milliseconds from the launch request to the first stop. */
async function launch(program: string): Promise<number> {
  const env = { ...process.env, PTSCOPE_TRACE_CACHE: kept };
  const server = spawn(process.execPath, [join(root, 'dist/cli.js'), 'dap'], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const client = new Client(server);
  const initialized = client.event('initialized');
  const stopped = client.event('stopped');
  client.send('initialize', { adapterID: 'ptscope' });
  const began = performance.now();
  client.send('launch', { program });
  await initialized;
  client.send('setExceptionBreakpoints', { filters: ['fault.minor'] });
  client.send('configurationDone', {});
  await stopped;
  const took = performance.now() - began;
  server.kill();
  return took;
}

async function main(): Promise<void> {
  const file = traceFile();
  rmSync(kept, { recursive: true, force: true });
  const first = await launch(file);
  const again: number[] = [];
  for (let i = 0; i < LAUNCHES; i++) again.push(await launch(file));
  again.sort((a, b) => a - b);
  const result = {
    millionAccesses: millions,
    textBytes: statSync(file).size,
    firstLaunchMs: Math.round(first),
    medianMs: Math.round(again[LAUNCHES >> 1]),
    worstMs: Math.round(again[LAUNCHES - 1]),
  };
  if (process.argv.includes('--json')) console.log(JSON.stringify(result));
  else
    console.log(
      `${millions} M accesses: first stop ${result.medianMs} ms after the launch (worst of ${LAUNCHES}: ${result.worstMs} ms); ` +
        `${result.firstLaunchMs} ms when ${(result.textBytes / 1e6).toFixed(0)} MB of text are imported first`,
    );
}

void main();
