/** Tests run by the command line in a process of its own: long ones never make the editor wait. */
import { spawn } from 'node:child_process';
import type { TestRequest, TestSuite } from '../protocol/tests';

/** Between asking a process to end and ending it. */
const PATIENCE_MS = 2000;

/** `cli`: path of the bundled command line. Rejects with a sentence if it could not do its work. */
export function runTestsInProcess(
  cli: string,
  { program, tests }: TestRequest,
  onSuite: (suite: TestSuite) => void,
  signal: AbortSignal,
): Promise<void> {
  const chosen = tests?.map((name) => `--test=${name}`) ?? [];
  const args = [cli, 'test', '--format', 'jsonl', '--no-progress', ...chosen, '--', program];
  return new Promise((resolve, reject) => {
    // In a desktop VS Code the executable is Electron, which is Node if it is told so.
    const child = spawn(process.execPath, args, { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' } });
    const lines = new Lines((line) => onSuite(JSON.parse(line) as TestSuite));
    let said = '';
    let heard: Error | undefined;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      try {
        lines.add(text);
      } catch (error) {
        heard ??= error instanceof Error ? error : new Error(String(error));
      }
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    let deadline: NodeJS.Timeout | undefined;
    const stop = (): void => {
      child.kill('SIGINT');
      deadline = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(deadline);
      signal.removeEventListener('abort', stop);
      // A suite that fails is a result; what is said on standard error is not.
      if (heard !== undefined) reject(heard);
      else if (said !== '' && !signal.aborted) reject(new Error(said.trim()));
      else if (code === null && !signal.aborted) reject(new Error('the process that ran the tests was ended'));
      else resolve();
    });
  });
}

/** Text that comes in pieces, as lines. */
export class Lines {
  #rest = '';

  constructor(private readonly onLine: (line: string) => void) {}

  add(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    lines.forEach(this.onLine);
  }
}
