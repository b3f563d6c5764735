import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { bundleCli } from './bundle';
import { example, isOneMessage, temporaryFolder } from './support';

describe('the ptscope process', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let cli = '';

  before(() => {
    cli = bundleCli(folder.path('cli.js'));
  });

  const ptscope = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' });

  it('ends with the exit code of its command', () => {
    assert.equal(ptscope('run', example('01-first-fault.ptscen'), '--quiet').status, 0);
    assert.equal(ptscope('run', folder.file('f.ptscen', 'process p\nread 0x5000\n')).status, 3);
    const missing = ptscope('run', folder.path('none'));
    assert.deepEqual([missing.status, missing.stdout, isOneMessage(missing.stderr)], [4, '', true]);
    assert.equal(ptscope('run', '--bogus').status, 2);
  });

  it('gives the partial result on Ctrl-C', async () => {
    const file = folder.file(
      'long.ptscen',
      'process p\nmmap a 4KiB rw anon\nrepeat 1000000000 {\n  read a size 1 step 1\n}\n',
    );
    const interrupted = async (milliseconds: number): Promise<{ code: number | null; out: string }> => {
      const child = spawn(process.execPath, [cli, 'run', file, '--format', 'json'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let out = '';
      child.stdout.setEncoding('utf8').on('data', (piece: string) => (out += piece));
      setTimeout(() => child.kill('SIGINT'), milliseconds);
      return { code: await new Promise((resolve) => child.on('close', resolve)), out };
    };
    let { code, out } = await interrupted(700);
    // On a busy machine the process may not have come to listen yet.
    for (let later = 3000; code === null && later < 30_000; later *= 3) ({ code, out } = await interrupted(later));
    assert.equal(code, 130);
    const report = JSON.parse(out) as { end: object; accesses: { total: number } };
    assert.deepEqual(report.end, { kind: 'interrupted' });
    assert.ok(report.accesses.total > 1000);
  });

  it('writes a result that is larger than a pipe holds, whole', () => {
    const file = folder.file('many.ptscen', 'process p\nmmap a 64MiB rw anon\nwrite a step 8KiB\n');
    const { stdout } = ptscope('tables', file, '--leaves', '--format', 'csv');
    assert.equal(stdout.trimEnd().split('\n').length, 1 + 8192);
    assert.ok(stdout.length > 300_000);
  });

  it('ends quietly when its reader has seen enough', async () => {
    const file = folder.file('prints.ptscen', 'for i in 0 .. 100000 step 1 {\n  print "line {i}"\n}\n');
    const child = spawn(process.execPath, [cli, 'run', file], { stdio: ['ignore', 'pipe', 'pipe'] });
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (piece: string) => (err += piece));
    child.stdout.once('data', () => child.stdout.destroy());
    await new Promise((resolve) => child.on('close', resolve));
    assert.equal(err, '');
  });
});
