import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ptscope, temporaryFolder } from './support';

describe('ptscope check', () => {
  const folder = temporaryFolder();

  it('says nothing of scenarios that are right', async () => {
    const file = folder.file('a.ptscen', 'process p\n');
    assert.deepEqual(await ptscope(['check', file, file]), { code: 0, out: '', err: '' });
  });

  it('gives every diagnostic of every file with its place and code', async () => {
    const a = folder.file('a.ptscen', 'process p\nread heep\nfrob\n');
    const b = folder.file('b.ptscen', 'machine {\n  cpus 99\n}\n');
    const { code, out, err } = await ptscope(['check', a, b]);
    assert.deepEqual([code, err], [2, '']);
    const lines = out.trimEnd().split('\n');
    assert.equal(lines.length, 3);
    assert.match(lines[0], /a\.ptscen:2:6: error PTS020: /);
    assert.match(lines[1], /a\.ptscen:3:1: error PTS005: /);
    assert.match(lines[2], /b\.ptscen:2:8: error PTS034: /);
  });

  it('ends with 0 for warnings alone', async () => {
    const { code, out } = await ptscope(['check', folder.file('w.ptscen', 'expect 1 == 1\n')]);
    assert.equal(code, 0);
    assert.match(out, /w\.ptscen:1:8: warning PTS036/);
  });

  it('gives the same as JSON', async () => {
    const file = folder.file('a.ptscen', 'process p\nread heep\n');
    const { out } = await ptscope(['check', file, '--format', 'json']);
    const [{ message, ...place }] = JSON.parse(out) as Record<string, unknown>[];
    assert.match(String(message), /heep/);
    assert.deepEqual(place, { file, code: 'PTS020', severity: 'error', line: 2, column: 6, endLine: 2, endColumn: 10 });
  });
});

describe('ptscope fmt', () => {
  const folder = temporaryFolder();
  const untidy = 'process   p\nmmap heap 4KiB rw anon\nrepeat 2 {\nread heap\n}\n';
  const tidy = 'process p\nmmap heap 4KiB rw anon\nrepeat 2 {\n  read heap\n}\n';

  it('lays files out in place, and names those that it changed', async () => {
    const a = folder.file('a.ptscen', untidy);
    const b = folder.file('b.ptscen', tidy);
    assert.deepEqual(await ptscope(['fmt', a, b]), { code: 0, out: `${a}: formatted\n`, err: '' });
    assert.equal(readFileSync(a, 'utf8'), tidy);
  });

  it('changes nothing with --check, and ends with 1 if it would', async () => {
    const file = folder.file('a.ptscen', untidy);
    assert.deepEqual(await ptscope(['fmt', file, '--check']), { code: 1, out: `${file}: not formatted\n`, err: '' });
    assert.equal(readFileSync(file, 'utf8'), untidy);
    assert.equal((await ptscope(['fmt', folder.file('b.ptscen', tidy), '--check'])).code, 0);
  });

  it('leaves alone what it cannot read, and goes on', async () => {
    const bad = folder.file('bad.ptscen', 'frob   1\n');
    const good = folder.file('good.ptscen', untidy);
    const { code } = await ptscope(['fmt', bad, good]);
    assert.equal(code, 2);
    assert.equal(readFileSync(bad, 'utf8'), 'frob   1\n');
    assert.equal(readFileSync(good, 'utf8'), tidy);
  });
});
