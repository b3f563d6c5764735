/** Scenarios of several files, and their tests: breakpoints and places are those of the file in which a line stands. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Client } from './client';
import { useFixture } from './support';

const SETUP = `process p
mmap heap 64KiB rw anon at 0x5555_5540_0000
repeat 2 {
  read heap
}
`;
const MAIN = `print "begins"
include "setup.ptscen"
write heap+4KiB
`;
const TESTS = `let pages = 2
process outside

test "one" {
  process p
  mmap heap 64KiB rw anon
  write heap step 4KiB
  expect mm.rss == pages
}
test "two" {
  process q
}
`;

describe('a debug session over the wire', () => {
  const fixture = useFixture();
  let client: Client;
  let setup: string;
  beforeEach(() => {
    client = fixture.client;
    setup = path.join(fixture.folder, 'setup.ptscen');
    writeFileSync(setup, SETUP);
  });

  describe('files that a scenario includes', () => {
    it('have breakpoints of their own, and are shown where the run stands in them', async () => {
      const main = fixture.scenario(MAIN);
      await client.load(main);
      const inSetup = (await fixture.breakAt(setup, { line: 4, hitCondition: '2' })).body.breakpoints;
      const inMain = (await fixture.breakAt(main, { line: 3 })).body.breakpoints;
      assert.deepEqual(
        [...inSetup, ...inMain].map(({ verified, line }) => [verified, line]),
        [
          [true, 4],
          [true, 3],
        ],
      );
      assert.deepEqual((await client.begin()).hitBreakpointIds, [inSetup[0].id]);
      assert.deepEqual(
        (await client.frames()).map((f) => [f.name, f.source?.path, f.line]),
        [
          ['read heap', setup, 4],
          ['repeat 2/2', setup, 3],
          ['include "setup.ptscen"', main, 2],
        ],
      );
      await client.move('continue');
      const [frame] = await client.frames();
      assert.deepEqual([frame.source?.path, frame.line], [main, 3]);
    });

    it('keep their breakpoints when those of another file change', async () => {
      const main = fixture.scenario(MAIN);
      await client.load(main);
      await fixture.breakAt(setup, { line: 4 });
      await fixture.breakAt(main, { line: 3 });
      await fixture.breakAt(main);
      await client.begin();
      assert.deepEqual((await client.frames())[0].source?.path, setup);
    });

    it('name the lines on which breakpoints can sit, and are among the loaded sources', async () => {
      await client.load(fixture.scenario(MAIN));
      const lines = await client.ask<{ breakpoints: { line: number }[] }>('breakpointLocations', {
        source: { path: setup },
        line: 1,
        endLine: 9,
      });
      assert.deepEqual(
        lines.breakpoints.map(({ line }) => line),
        [1, 2, 4],
      );
      const { sources } = await client.ask<{ sources: { path?: string }[] }>('loadedSources');
      assert.ok(sources.some((source) => source.path === setup));
    });

    it('say what they print with their own lines', async () => {
      writeFileSync(setup, '\nprint "in it"\n');
      await client.load(fixture.scenario('include "setup.ptscen"\nbreak\n'));
      await client.begin();
      const said = client.output.find(({ output }) => output === 'in it\n');
      assert.deepEqual([said?.source?.path, said?.line], [setup, 2]);
    });

    it('are told with their lines if they are wrong', async () => {
      writeFileSync(setup, '\nfrob\n');
      await assert.rejects(client.load(fixture.scenario(MAIN)), /PTS072: .*setup\.ptscen:2:1: PTS005/);
    });
  });

  describe('one test of a scenario', () => {
    const launch = (file: string, test: string): Promise<unknown> => client.load(file, { test });

    it('runs alone', async () => {
      const file = fixture.scenario(TESTS);
      await launch(file, 'one');
      const { breakpoints } = (await fixture.breakAt(file, { line: 2 }, { line: 7 }, { line: 11 })).body;
      assert.deepEqual(
        breakpoints.map(({ verified }) => verified),
        [false, true, false],
      );
      assert.match(breakpoints[0].message ?? '', /does not run now/);
      await client.begin();
      assert.deepEqual(
        (await client.frames()).map((f) => [f.name, f.line]),
        [
          ['write heap step 4KiB', 7],
          ['test "one"', 4],
        ],
      );
    });

    it('that is not there is told', async () => {
      await assert.rejects(launch(fixture.scenario(TESTS), 'three'), /no test "three"; it has "one", "two"/);
    });
  });
});
