/** `include`: the statements of another file, once, wherever it is named. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { analyse } from '../../../src/scenario/language/analysis';
import type { Diagnostic } from '../../../src/scenario/language/diagnostics';
import { definition } from '../../../src/scenario/language/services';
import { type FileHost, LoadError, loadRun } from '../../../src/scenario/run/load';
import { readSources } from '../../../src/scenario/language/readSources';
import type { Output, Run } from '../../../src/scenario/run/run';
import { memoryHost } from './support';

type Files = Readonly<Record<string, string>>;

/** Files whose names are paths from `/s/`. */
function host(files: Files): FileHost {
  const named = Object.fromEntries(Object.entries(files).map(([name, text]) => [path.posix.join('/s', name), text]));
  return {
    ...memoryHost(named),
    resolve: (from, name) => path.posix.resolve(path.posix.dirname(from), name),
  };
}

async function ran(files: Files): Promise<{ run: Run; prints: string[]; outputs: Output[] }> {
  const { run } = await loadRun('/s/main.ptscen', host(files));
  const outputs: Output[] = [];
  run.onOutput = (output) => void outputs.push(output);
  while (run.end === null) run.fast(1000, null);
  return { run, outputs, prints: outputs.flatMap((o) => (o.kind === 'print' ? [o.text] : [])) };
}

const brief = ({ code, range: { start } }: Diagnostic): string => `${start.line + 1} ${code}`;

async function checked(files: Files): Promise<{ own: string[]; included: Record<string, string[]> }> {
  const sources = await readSources('/s/main.ptscen', files['main.ptscen'], host(files));
  const { diagnostics, included } = analyse(sources);
  return {
    own: diagnostics.map(brief),
    included: Object.fromEntries(included.map((each) => [each.path, each.diagnostics.map(brief)])),
  };
}

async function refused(files: Files): Promise<string> {
  try {
    await loadRun('/s/main.ptscen', host(files));
  } catch (error) {
    assert.ok(error instanceof LoadError);
    return error.message;
  }
  throw new Error('it was not refused');
}

const SETUP = 'process p\nmmap heap 64KiB rw anon at 0x10_0000\nlet step_ = 4KiB\n';

describe('include', () => {
  it('runs the statements of the other file in its place, and shares its names', async () => {
    const { run, prints } = await ran({
      'main.ptscen': 'print "before"\ninclude "setup.ptscen"\nwrite heap step step_\nprint "{mm.rss}"\n',
      'setup.ptscen': `${SETUP}print "in it"\n`,
    });
    assert.deepEqual(prints, ['before', 'in it', '16']);
    assert.deepEqual(run.end, { kind: 'finished' });
  });

  it('takes a file once, however often and by however many it is named', async () => {
    const { prints } = await ran({
      'main.ptscen': 'include "a.ptscen"\ninclude "b.ptscen"\ninclude "./a.ptscen"\nprint "main"\n',
      'a.ptscen': 'include "deep/../c.ptscen"\nprint "a"\n',
      'b.ptscen': 'include "c.ptscen"\nprint "b"\n',
      'c.ptscen': 'print "c"\n',
    });
    assert.deepEqual(prints, ['c', 'a', 'b', 'main']);
  });

  it('names files and traces relative to the file that it stands in', async () => {
    const { prints } = await ran({
      'main.ptscen': 'include "lib/a.ptscen"\n',
      'lib/a.ptscen': 'include "b.ptscen"\nprocess p\ntrace "small.lackey"\nprint "{stats.accesses.total}"\n',
      'lib/b.ptscen': 'print "b"\n',
      'lib/small.lackey': ' L 1000,8\n S 2000,8\n',
    });
    assert.deepEqual(prints, ['b', '2']);
  });

  it('says of a print, a failure and an end which file they stand in', async () => {
    const { run, outputs } = await ran({
      'main.ptscen': 'include "a.ptscen"\n',
      'a.ptscen': 'print "x"\nexpect tick == 9\nprocess p\nread 0x5000\n',
    });
    assert.deepEqual(outputs[0], { kind: 'print', text: 'x', line: 0, file: '/s/a.ptscen' });
    assert.deepEqual(
      run.failed.map(({ line, file }) => [line, file]),
      [[2, '/s/a.ptscen']],
    );
    assert.ok(run.end?.kind === 'fatal' && run.end.line === 3 && run.end.file === '/s/a.ptscen');
  });

  it('says which file an error of evaluation stands in, also in the head of a loop', async () => {
    for (const statement of ['print "{1 / (tick - tick)}"', 'for x in 0 .. 1 step tick - tick { }']) {
      const { run } = await ran({ 'main.ptscen': 'include "a.ptscen"\n', 'a.ptscen': `\n${statement}\n` });
      assert.ok(run.end?.kind === 'error' && run.end.line === 1 && run.end.file === '/s/a.ptscen', statement);
    }
  });

  it('stands around its statements in the call stack', async () => {
    const { run } = await loadRun(
      '/s/main.ptscen',
      host({
        'main.ptscen': '\ninclude "a.ptscen"\n',
        'a.ptscen': 'include "b.ptscen"\n',
        'b.ptscen': 'repeat 2 {\n  print "x"\n}\n',
      }),
    );
    assert.equal(run.standing().statement?.file, 2);
    assert.deepEqual(
      run.standing().constructs.map(({ text, file, line }) => [text, file, line]),
      [
        ['include "a.ptscen"', 0, 1],
        ['include "b.ptscen"', 1, 0],
        ['repeat 1/2', 2, 0],
      ],
    );
  });
});

describe('an include that cannot be', () => {
  it('of a missing file is said where it is named', async () => {
    const files = { 'main.ptscen': '\ninclude "none.ptscen"\nread heap\n' };
    assert.deepEqual(await checked(files), { own: ['2 PTS070'], included: {} });
    assert.match(await refused(files), /^\/s\/main\.ptscen:2:9: PTS070: \/s\/none\.ptscen: there is no such file\.$/);
  });

  it('of itself, directly or through others, is refused', async () => {
    assert.deepEqual((await checked({ 'main.ptscen': 'include "main.ptscen"\n' })).own, ['1 PTS071']);
    const round = {
      'main.ptscen': 'print "x"\ninclude "a.ptscen"\n',
      'a.ptscen': '\ninclude "b.ptscen"\n',
      'b.ptscen': 'include "a.ptscen"\n',
    };
    assert.deepEqual(await checked(round), {
      own: ['2 PTS072'],
      included: { '/s/a.ptscen': [], '/s/b.ptscen': ['1 PTS071'] },
    });
    assert.match(await refused(round), /^\/s\/main\.ptscen:2:1: PTS072: \/s\/b\.ptscen:1:9: PTS071/);
  });

  it('has errors that are said with the included file and its line', async () => {
    const files = { 'main.ptscen': `${SETUP}include "a.ptscen"\n`, 'a.ptscen': 'read heap\nread hepa\nfrob\n' };
    assert.deepEqual(await checked(files), {
      own: ['4 PTS072'],
      included: { '/s/a.ptscen': ['2 PTS020', '3 PTS005'] },
    });
    assert.match(await refused(files), /PTS072: \/s\/a\.ptscen:2:6: PTS020: `hepa` is not known here.*\(and 1 more\)$/);
  });

  it('stands in a loop, or brings a machine, is refused', async () => {
    const files = {
      'main.ptscen': 'repeat 2 {\n  include "a.ptscen"\n}\ninclude "b.ptscen"\n',
      'a.ptscen': 'print "a"\n',
      'b.ptscen': 'machine {\n  seed 3\n}\n',
    };
    assert.deepEqual(await checked(files), {
      own: ['2 PTS061', '4 PTS072'],
      included: { '/s/a.ptscen': [], '/s/b.ptscen': ['1 PTS061'] },
    });
  });

  it('is many deep or many wide, is answered in time', async () => {
    const deep = Object.fromEntries(
      Array.from({ length: 400 }, (_, i) => [`f${i}.ptscen`, `include "f${i + 1}.ptscen"\n`]),
    );
    const found = await checked({ 'main.ptscen': 'include "f0.ptscen"\n', ...deep, 'f400.ptscen': '' });
    assert.deepEqual(found.own, ['1 PTS072']);
    const endless: FileHost = {
      ...host({}),
      readText: () => Promise.resolve('include "x/y.ptscen"\n'),
      resolve: (from, name) => `${from}/${name}`,
    };
    const sources = await readSources('/s/main.ptscen', 'include "x.ptscen"\n', endless);
    assert.equal(sources.files.length, 1000);
    assert.deepEqual(analyse(sources).diagnostics.map(brief), ['1 PTS072']);
  });
});

describe('names across files', () => {
  it('are visible behind the include, and are no errors where the file is not known', async () => {
    const main = 'include "setup.ptscen"\nread heap\nmmap heap2 4KiB rw anon at 0x10_0000\n';
    assert.deepEqual(analyse(main).diagnostics, [], 'without the other file nothing is certain');
    const both = { 'main.ptscen': main, 'setup.ptscen': SETUP };
    assert.deepEqual((await checked(both)).own, ['3 PTS032']);
    assert.deepEqual((await checked({ ...both, 'main.ptscen': `read heap\n${main}` })).own.slice(0, 2), [
      '1 PTS024',
      '1 PTS020',
    ]);
  });

  it('in a block of the included file are not', async () => {
    const found = await checked({
      'main.ptscen': 'include "a.ptscen"\nread page\n',
      'a.ptscen': `${SETUP}for page in heap step 4KiB {\n  read page\n}\n`,
    });
    assert.deepEqual(found.own, ['2 PTS020']);
  });

  it('bound twice are told with the other file', async () => {
    const files = { 'main.ptscen': 'include "a.ptscen"\nlet x = 1\n', 'a.ptscen': '\nlet x = 2\n' };
    assert.match(await refused(files), /PTS022: `x` is bound on line 2 of \/s\/a\.ptscen already/);
  });

  it('lead to the file that binds them, and an include to the file that it names', async () => {
    const files = { 'main.ptscen': 'include "a.ptscen"\nread heap\nlet y = 1\nprint "{y}"\n', 'a.ptscen': SETUP };
    const sources = await readSources('/s/main.ptscen', files['main.ptscen'], host(files));
    const at = (line: number, column: number): unknown => definition(sources, { line, column });
    const rangeOf = (line: number, from: number, to: number): object => ({
      start: { line, column: from },
      end: { line, column: to },
    });
    assert.deepEqual(at(1, 6), { path: '/s/a.ptscen', range: rangeOf(1, 5, 9) });
    assert.deepEqual(at(3, 8), { range: rangeOf(2, 4, 5) });
    assert.deepEqual(at(0, 12), { path: '/s/a.ptscen', range: rangeOf(0, 0, 0) });
    // Line 1 of the other file is not line 1 of this one.
    assert.equal(definition(sources, { line: 1, column: 1 }), undefined);
  });
});
