/** Work that is asked for again and again, of which only the latest matters: one at a time, and at most one waits. */
import { logProblem } from '../problems';

export class Latest {
  private running = false;
  private again = false;

  /** `doing` completes “could not …”. */
  constructor(
    private readonly doing: string,
    private readonly work: () => Promise<void>,
  ) {}

  ask(): void {
    if (this.running) this.again = true;
    else void this.run();
  }

  private async run(): Promise<void> {
    this.running = true;
    try {
      do {
        this.again = false;
        await this.work().catch((problem: unknown) => logProblem(this.doing, problem));
      } while (this.again);
    } finally {
      this.running = false;
    }
  }
}
