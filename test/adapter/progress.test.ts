import assert from 'node:assert/strict';
import { ProgressReport } from '../../src/adapter/progress';

describe('progress', () => {
  /** What a client hears of work of which a tenth is done every `tenthMs`. */
  function heard(tenthMs: number): { event: string; body: { message?: string; percentage?: number } }[] {
    let now = 0;
    const messages: ReturnType<typeof heard> = [];
    const report = new ProgressReport(
      () => now,
      (event, body) => void messages.push({ event, body }),
    );
    report.enabled = true;
    report.begin('Reading', true);
    for (let tenth = 1; tenth <= 10; tenth++) {
      now += tenthMs;
      report.update(`${tenth} of 10`, tenth / 10);
    }
    report.end();
    return messages;
  }

  it('of short work is not shown', () => {
    assert.deepEqual(heard(49), []);
  });

  it('of long work begins, rises and ends', () => {
    const messages = heard(300);
    assert.deepEqual(
      messages.map(({ event }) => event),
      ['progressStart', ...Array<string>(9).fill('progressUpdate'), 'progressEnd'],
    );
    assert.deepEqual(
      messages.slice(0, -1).map(({ body }) => body.percentage),
      [20, 20, 30, 40, 50, 60, 70, 80, 90, 100],
    );
  });

  it('of long work with many steps is not told of each', () => {
    assert.equal(heard(100).filter(({ event }) => event === 'progressUpdate').length, 3);
  });
});
