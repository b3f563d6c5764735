/** What a session says in the client's console: lines that lead to the place of the scenario that they are about. */
import type { Place } from '../scenario/run/program';
import type { Output } from '../scenario/run/run';
import type { Places } from './places';

export class Voice {
  /** False of a trace that runs by itself: no place of a scenario can be named. */
  hasScenario = false;

  constructor(
    private readonly places: Places,
    private readonly announce: (event: string, body: object) => void,
  ) {}

  say(category: 'console' | 'important' | 'stdout' | 'stderr', text: string, at?: Place): void {
    const place =
      at === undefined || !this.hasScenario
        ? {}
        : { source: this.places.source(at.file), line: this.places.clientLine(at.line) };
    this.announce('output', { category, output: `${text}\n`, ...place });
  }

  /** What the run itself says: prints, failed expects, why it ends. */
  print(output: Output): void {
    if (output.kind === 'print') return this.say('stdout', output.text, output);
    if (output.kind === 'failed') {
      const { line, file, text, message, actual } = output.failure;
      return this.say('stderr', `${text}: ${message === '' ? '' : `${message}; `}${actual}`, { line: line - 1, file });
    }
    const { reason } = output;
    if (reason.kind !== 'finished') this.say('stderr', `the run ends here: ${reason.text}`, reason);
  }
}
