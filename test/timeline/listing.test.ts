import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { listingLines } from '../../src/timeline/listing';
import { NO_STOPS } from '../../src/timeline/stops';
import { tape } from './tape';

const golden = path.join(__dirname, '../fixtures/listings');

/** Compares with a committed text; what differs is left beside it as `.actual`. */
function assertListing(name: string, text: string): void {
  const file = path.join(golden, name);
  let expected = '';
  try {
    expected = readFileSync(file, 'utf8');
  } catch {
    // A new listing: its `.actual` is looked at, and renamed if it is right.
  }
  if (text !== expected) writeFileSync(`${file}.actual`, text);
  assert.equal(text, expected);
}

async function listingOf(source: string, title: string): Promise<string> {
  const t = await tape(source);
  while (t.timeline.standing.title !== title) await t.timeline.stepOver(NO_STOPS);
  const { events, run } = t.timeline;
  return listingLines(events, run.machine, (a) => run.describeAddress(a)).join('\n') + '\n';
}

const HEAP = 'machine {\n  preset classroom\n}\nprocess demo\nmmap heap 64KiB rw anon at 0x5555_5540_0000\n';

describe('the listing', () => {
  it('tells a first fault from the look-ups to the retry', async () => {
    assertListing('first-fault.txt', await listingOf(`${HEAP}write heap\n`, 'write heap'));
  });

  it('tells a fault in a table that exists: the short walk is made again from the root', async () => {
    assertListing('second-page.txt', await listingOf(`${HEAP}write heap\nread heap+4KiB\n`, 'read heap+4KiB'));
  });

  it('tells a write through a clean TLB entry', async () => {
    assertListing('dirty-assist.txt', await listingOf(`${HEAP}read heap\nwrite heap+8\n`, 'write heap+8'));
  });

  it('has exactly one line an event', async () => {
    const t = await tape(`${HEAP}write heap\nmunmap heap\n`);
    for (;;) {
      const { events, run } = t.timeline;
      for (const line of listingLines(events, run.machine, () => undefined)) assert.ok(!line.includes('\n'), line);
      if ((await t.timeline.stepOver(NO_STOPS)).kind === 'end') return;
    }
  });
});
