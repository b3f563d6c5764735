/** Who runs, and where: `process`, `switch`, `fork`, `exit`, `on cpu`. */
import type {
  ExitStatement,
  ForkStatement,
  OnCpuStatement,
  ProcessStatement,
  SwitchStatement,
} from '../../language/ast';
import { EvaluationError, number } from '../evaluate';
import type { Execution } from '../execution';
import { symbol } from '../values';
import { answered } from './mapping';
import { callFailed, continued } from './outcome';

export function process(x: Execution, { name: { name }, range }: ProcessStatement): void {
  if (x.machine.kernel.processNamed(name) !== undefined)
    throw new EvaluationError(`a process ${name} runs already`, range);
  if (!x.machine.kernel.createProcess(name)) throw new EvaluationError(noMemory(x), range);
  x.bind(name, symbol(name));
  x.next();
}

/** A tree begins with one table. Hashed tables have all their slots from the beginning, in blocks of many frames. */
function noMemory({ machine: { inspector, buddy, memory } }: Execution): string {
  const { scheme, hashed } = inspector.format;
  const free = `${Math.floor(buddy.freeFrames / 256)} of ${Math.floor(memory.frameCount / 256)} MiB are free`;
  if (hashed === undefined) return `there is no memory for the root table: ${free}`;
  const remedy = hashed.parallel
    ? 'give the machine more `memory`, or the tables fewer slots (`ecpt entries`, `ecpt cwt`)'
    : 'give the machine more `memory`';
  return `there is no memory for the first tables of ${scheme}, which need large free blocks: ${free}; ${remedy}`;
}

export function switchTo(x: Execution, { name, range }: SwitchStatement): void {
  if (x.machine.kernel.processNamed(name.name) === undefined)
    throw new EvaluationError(`no process ${name.name} runs`, range);
  x.machine.kernel.switchTo(name.name);
  x.next();
}

export function fork(x: Execution, { name: { name }, range }: ForkStatement): void {
  if (continued(x)) return;
  if (x.machine.kernel.processNamed(name) !== undefined)
    return callFailed(x, `fork: a process ${name} runs already`, range);
  const answer = x.machine.kernel.fork(name);
  if (answer.ok) x.bind(name, symbol(name));
  answered(x, 'fork', answer, range);
}

export function exit(x: Execution, { name, range }: ExitStatement): void {
  if (continued(x)) return;
  if (name === undefined && x.machine.kernel.current === undefined)
    throw new EvaluationError('no process runs that could exit', range);
  answered(x, 'exit', x.machine.kernel.exit(name?.name), range);
}

export function onCpu(x: Execution, { cpu }: OnCpuStatement): void {
  const wanted = number(cpu, x.environment);
  const { cpus } = x.machine;
  if (wanted >= BigInt(cpus.length))
    throw new EvaluationError(`there is no CPU ${wanted}: the machine has ${cpus.length}`, cpu.range);
  x.machine.moveTo(Number(wanted));
  x.next();
}
