/** What the tests of a session share: a client over the wire for each test, and scenarios written where they are needed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { Client, EXAMPLES } from './client';

export const FIRST = path.join(EXAMPLES, '01-first-fault.ptscen');

/** A first touch by hand (line 6), then a loop over four pages (line 8). */
export const SCENARIO = `machine {
  preset classroom
}
process demo
mmap heap 64KiB rw anon at 0x5555_5540_0000
write heap
repeat 3 {
  read heap .. heap+16KiB step 4KiB
}
print "done"
`;

export class Fixture {
  client = new Client();
  folder = '';

  scenario(text = SCENARIO): string {
    const file = path.join(this.folder, 'test.ptscen');
    writeFileSync(file, text);
    return file;
  }

  breakAt(file: string, ...breakpoints: DebugProtocol.SourceBreakpoint[]) {
    return this.client.setBreakpointsRequest({ source: { path: file }, breakpoints });
  }
}

/** A fresh client and folder for each test of the suite that this is called in. */
export function useFixture(): Fixture {
  const fixture = new Fixture();
  beforeEach(async () => {
    fixture.folder = mkdtempSync(path.join(os.tmpdir(), 'ptscope-dap-'));
    fixture.client = new Client();
    await fixture.client.open();
  });
  afterEach(async () => {
    await fixture.client.close();
    rmSync(fixture.folder, { recursive: true, force: true });
  });
  return fixture;
}
