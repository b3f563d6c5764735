import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { example, isOneMessage, ptscope, temporaryFolder, traceFixture } from './support';

describe('bad input on the command line', () => {
  const folder = temporaryFolder();
  const random = (length: number): Uint8Array =>
    Uint8Array.from({ length }, (_, i) => (Math.imul(i + 7, 0x9e3779b1) >>> 13) & 255);

  const refused = async (code: number, words: RegExp, ...args: string[]): Promise<void> => {
    const outcome = await ptscope(args);
    assert.equal(outcome.code, code, outcome.err);
    assert.match(outcome.err, words);
    assert.ok(isOneMessage(outcome.err), outcome.err);
    assert.equal(outcome.out, '');
  };

  for (const command of [['run'], ['compare'], ['tables'], ['trace', 'info'], ['check'], ['fmt']]) {
    describe(`ptscope ${command.join(' ')}`, () => {
      it('ends with 4 for a file that is not there', async () => {
        await refused(4, /there is no such file/, ...command, folder.path('nothing.ptscen'));
        await refused(4, /there is no such file/, ...command, folder.path('nothing.gz'));
      });

      it('ends with 4 for a directory', async () => {
        mkdirSync(folder.path('d.ptscen'), { recursive: true });
        await refused(4, /directory/, ...command, folder.path('d.ptscen'));
        await refused(4, /directory/, ...command, folder.path('.'));
      });

      it('ends with 4 for random bytes', async () => {
        await refused(4, /not text|binary data/, ...command, folder.file('random.ptscen', random(5000)));
        await refused(4, /not text|binary data/, ...command, folder.file('random.lackey', random(5000)));
      });
    });
  }

  it('ends with 4 for a gzip that is cut short, with the byte where it stops', async () => {
    const whole = readFileSync(traceFixture('python-200k.lackey.gz'));
    const file = folder.file('cut.gz', whole.subarray(0, 20_000));
    await refused(4, /byte 20000: the gzip data stops in the middle/, 'run', file);
    await refused(4, /byte 20000/, 'trace', 'info', file);
    const scenario = folder.file('cut.ptscen', `process p\ntrace "cut.gz"\n`);
    await refused(4, /byte 20000/, 'run', scenario);
  });

  it('ends with 4 for an empty trace, and with 0 for an empty scenario', async () => {
    await refused(4, /the file is empty/, 'run', folder.file('empty.lackey', ''));
    assert.equal((await ptscope(['run', folder.file('empty.ptscen', '')])).code, 0);
  });

  it('ends with 2 for a scenario with errors, at the first of them', async () => {
    const file = folder.file('bad.ptscen', 'process p\nfrobnicate\nread heap\n');
    await refused(2, /bad\.ptscen:2:1: PTS005: .* \(and 1 more\)/, 'run', file);
    await refused(2, /bad\.ptscen:2:1/, 'walk', file, '0x1000');
    await refused(2, /bad\.ptscen:2:1/, 'fmt', file);
  });

  it('ends with 2 for a machine block that asks for what there is not', async () => {
    await refused(2, /PTS080/, 'run', folder.file('nested.ptscen', 'machine {\n  scheme nested ecpt over radix\n}\n'));
    await refused(2, /PTS042/, 'run', folder.file('key.ptscen', 'machine {\n  frob 1\n}\n'));
  });

  const set = (...settings: string[]): string[] => settings.flatMap((setting) => ['--set', setting]);

  it('ends with 2 for wrong usage, in one line', async () => {
    const file = example('01-first-fault.ptscen');
    await refused(2, /unknown option '--bogus'/, 'run', file, '--bogus');
    await refused(2, /unknown command 'frob'/, 'frob');
    await refused(2, /missing required argument 'file'/, 'run');
    await refused(2, /'--limit <n>' argument 'many' is invalid/, 'run', file, '--limit', 'many');
    await refused(2, /'--format <format>' argument 'xml' is invalid/, 'run', file, '--format', 'xml');
    await refused(2, /frob=1: `frob` is not a machine key/, 'run', file, '--set', 'frob=1');
    await refused(2, /dtlb=4K 65x4: 65 entries do not divide/, 'run', file, '--set', 'dtlb=4K 65x4');
    await refused(
      2,
      /replacement=plru: .* in stlb: .* 12 ways are no power of two/,
      'run',
      file,
      ...set('preset=skylake', 'replacement=plru'),
    );
    await refused(2, /nodes=8, memory=16MiB: A memory node needs/, 'run', file, ...set('nodes=8', 'memory=16MiB'));
    await refused(2, /nested ecpt over radix.*cannot be a guest/, 'run', file, '--scheme', 'nested:ecpt/radix');
    await refused(2, /cannot be written/, 'run', file, '--output', folder.path('no/such/folder'));
  });

  it('ends with 2 for a list of schemes that names none, or one that does not exist', async () => {
    const file = example('01-first-fault.ptscen');
    await refused(2, /--schemes: frob: `frob` is not a scheme/, 'compare', file, '--schemes', 'radix,frob');
    await refused(2, /--schemes: name at least one/, 'compare', file, '--schemes', ',');
  });

  it('shows help for no command with 2, and for --help with 0', async () => {
    const none = await ptscope([]);
    assert.deepEqual([none.code, none.out], [2, '']);
    assert.match(none.err, /Usage: ptscope/);
    const help = await ptscope(['run', '--help']);
    assert.equal(help.code, 0);
    assert.match(help.out, /--first-fault/);
    assert.deepEqual(await ptscope(['--version']), { code: 0, out: '0.0.0\n', err: '' });
  });
});
