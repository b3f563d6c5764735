/**
 * Address spaces as modules: whoever has a list of modules sees which processes live, with what kind of page tables, where
 * these begin and how much memory they take. Ids are process ids, which no two processes of a run share.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { formatPhysical, physicalOf } from '../machine/core/addresses';
import type { Process } from '../machine/kernel/process';
import type { Machine } from '../machine/machine';
import type { Handler } from './connection';
import type { SessionContext } from './context';

export function modulesOf(machine: Machine): DebugProtocol.Module[] {
  return machine.kernel.processes.filter(({ exited }) => !exited).map((process) => moduleOf(machine, process));
}

/** Nothing that takes a look at the tables: a client is told of changes at every stop. */
function moduleOf({ inspector, options }: Machine, { pid, name, tdb }: Process): DebugProtocol.Module {
  const root = inspector.rootTable(tdb.root);
  return {
    id: pid,
    name,
    version: options.scheme,
    addressRange: `${inspector.format.levels[root.level].name} table at ${formatPhysical(physicalOf(root.table))}`,
    isUserCode: true,
  };
}

export function moduleHandlers(session: SessionContext): Readonly<Record<string, Handler>> {
  return {
    modules: ({ startModule = 0, moduleCount = 0 }: DebugProtocol.ModulesArguments) => {
      const all = modulesOf(session.stopped().run.machine);
      const end = moduleCount === 0 ? all.length : startModule + moduleCount;
      return { modules: all.slice(startModule, end), totalModules: all.length };
    },
  };
}

/** Tells a client what has become of the modules since it was told last. */
export class ModuleNews {
  #known = new Map<DebugProtocol.Module['id'], string>();

  constructor(private readonly announce: (event: string, body: DebugProtocol.ModuleEvent['body']) => void) {}

  /** Another machine: what was known is of the one before. */
  reset(): void {
    this.#known = new Map();
  }

  tell(machine: Machine): void {
    const now = new Map(modulesOf(machine).map((module) => [module.id, module]));
    for (const id of this.#known.keys())
      if (!now.has(id)) this.announce('module', { reason: 'removed', module: { id, name: '' } });
    for (const [id, module] of now) {
      const before = this.#known.get(id);
      const text = JSON.stringify(module);
      if (before !== text) this.announce('module', { reason: before === undefined ? 'new' : 'changed', module });
    }
    this.#known = new Map([...now].map(([id, module]) => [id, JSON.stringify(module)]));
  }
}
