/**
 * What a person sees at each stop, as text: why it stopped, the call stack, the scopes with their rows. Nothing in it depends
 * on the host: folders are left out, and handles are never printed.
 */
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Client } from './client';

/** Scopes that say what the stop is about; statistics and memory would only repeat the tests of the machine. */
const SCOPES = ['Operation', 'Access', 'Walk', 'Fault', 'Page Tables'];
const MOST_ROWS = 24;
const TABLES_DEEP = 6;

export class Transcript {
  readonly #lines: string[] = [];

  constructor(private readonly client: Client) {}

  get text(): string {
    return this.#lines.join('\n') + '\n';
  }

  /** `what`: what the person did. */
  async stop(what: string, stopped: DebugProtocol.StoppedEvent['body']): Promise<void> {
    const { reason, description = '', hitBreakpointIds = [] } = stopped;
    const hit = hitBreakpointIds.length > 0 ? ` [breakpoint ${hitBreakpointIds.join(', ')}]` : '';
    const { tick, event } = await this.client.moment();
    this.#lines.push(`== ${what}`, `${reason}${hit} at ${tick}.${event}: ${description}`, 'frames');
    for (const frame of await this.client.frames()) this.#lines.push(`  ${frameText(frame)}`);
    const { scopes } = (await this.client.scopesRequest({ frameId: 1 })).body;
    for (const { name, variablesReference } of scopes) {
      if (!SCOPES.includes(name)) continue;
      this.#lines.push(name);
      await this.#rows(variablesReference, 1, name === 'Page Tables' ? TABLES_DEEP : 2);
    }
    this.#lines.push('');
  }

  async #rows(reference: number, depth: number, deepest: number): Promise<void> {
    const all = await this.client.children(reference);
    // Of page tables the rows alone: the fields of every entry would drown them.
    const rows = deepest === TABLES_DEEP ? all.filter((row) => row.presentationHint?.kind !== undefined) : all;
    for (const row of rows.slice(0, MOST_ROWS)) {
      this.#lines.push('  '.repeat(depth) + rowText(row));
      // What is asked for lazily, and an entry's fields, are tested elsewhere.
      if (row.variablesReference > 0 && row.presentationHint?.lazy !== true && depth < deepest)
        await this.#rows(row.variablesReference, depth + 1, deepest);
    }
    if (rows.length > MOST_ROWS) this.#lines.push('  '.repeat(depth) + `… ${rows.length - MOST_ROWS} more`);
  }
}

function frameText({ name, line, source, presentationHint }: DebugProtocol.StackFrame): string {
  const hint = presentationHint === undefined || presentationHint === 'normal' ? '' : ` (${presentationHint})`;
  return `${name} @ ${path.basename(source?.name ?? '?')}:${line}${hint}`;
}

function rowText({ name, value, type, memoryReference }: DebugProtocol.Variable): string {
  const kind = type === undefined || type.includes('\n') ? '' : ` : ${type}`;
  return `${name} = ${value}${kind}${memoryReference === undefined ? '' : ` @ ${memoryReference}`}`;
}
