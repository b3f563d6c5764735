/** Progress of work that takes longer than a moment, if the client shows it. */
const PATIENCE_MS = 500;
const UPDATE_MS = 200;

export class ProgressReport {
  enabled = false;
  #next = 1;
  #current:
    { id: string; title: string; cancellable: boolean; began: number; shown: boolean; updated: number } | undefined;

  constructor(
    private readonly now: () => number,
    private readonly send: (event: string, body: object) => void,
  ) {}

  begin(title: string, cancellable: boolean): void {
    this.end();
    this.#current = { id: `ptscope-${this.#next++}`, title, cancellable, began: this.now(), shown: false, updated: 0 };
  }

  /** `done`: share of the work between 0 and 1, if known. */
  update(message: string, done?: number): void {
    const c = this.#current;
    if (c === undefined || !this.enabled || this.now() - c.began < PATIENCE_MS) return;
    const percentage = done === undefined ? undefined : Math.min(100, Math.floor(100 * done));
    if (!c.shown) {
      c.shown = true;
      const { id, title, cancellable } = c;
      this.send('progressStart', { progressId: id, title, cancellable, message, percentage });
    }
    if (this.now() - c.updated < UPDATE_MS) return;
    c.updated = this.now();
    this.send('progressUpdate', { progressId: c.id, message, percentage });
  }

  /** True of work that goes on and that the client was told of by this id. */
  isCurrent(id: string): boolean {
    return this.#current?.shown === true && this.#current.id === id;
  }

  end(): void {
    if (this.#current?.shown) this.send('progressEnd', { progressId: this.#current.id });
    this.#current = undefined;
  }
}
