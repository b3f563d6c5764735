/** Snapshots with something wrong in them: one clear message each, whatever the bytes. */
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { SnapshotError } from '../../src/snapshot/errors';
import { loadSnapshot, snapshotPath } from '../../src/snapshot/load';
import { descriptionOf, filesOf, made, pageFile, type Tables } from './support';

/** Frame 1 is the root, 2 to 4 the tables below it; the page is frame 9. */
const TABLES: Tables = { 1: [[0, 0x2067n]], 2: [[0, 0x3067n]], 3: [[0, 0x4067n]], 4: [[1, 0x9067n]] };

async function problem(json: object | string, pages: Uint8Array | undefined): Promise<string> {
  const text = typeof json === 'string' ? json : JSON.stringify(json);
  const files = filesOf({ 'made.json': text, ...(pages && { 'made.bin': pages }) });
  try {
    await loadSnapshot('made.json', files);
  } catch (error) {
    assert.ok(error instanceof SnapshotError, String(error));
    assert.doesNotMatch(error.message, /\n/);
    return error.message;
  }
  return 'no problem';
}

describe('a snapshot that is not right', () => {
  const pages = pageFile(TABLES);
  const good = descriptionOf(pages);
  const but = (change: object): object => ({ ...good, ...change });
  const withPages = (change: object): object => but({ pages: { ...(good.pages as object), ...change } });

  it('is told from one that is', async () => {
    assert.equal(await problem(good, pages), 'no problem');
    assert.equal(await problem(good, gzipSync(pages)), 'no problem');
    assert.equal(await problem(withPages({ sha256: undefined }), pages), 'no problem');
  });

  it('says what is wrong with its description', async () => {
    assert.match(await problem('{"format":', pages), /^made\.json: this is no JSON \(/);
    assert.match(await problem('[]', pages), /the file must be a JSON object/);
    assert.match(await problem('{}', pages), /"format" is "none", "ptg-fixture-1" is expected/);
    assert.match(await problem(but({ format: 'ptg-fixture-2' }), pages), /"ptg-fixture-2"/);
    assert.match(await problem(but({ arch: 'aarch64' }), pages), /only x86_64 snapshots can be read, not aarch64/);
    assert.match(await problem(but({ levels: 3 }), pages), /"levels" must be 4 or 5; found 3/);
    assert.match(await problem(but({ roots: [] }), pages), /"roots" must be a list of at least one/);
    assert.match(
      await problem(but({ roots: [{ name: 'a', cr3: 4096 }] }), pages),
      /"roots\[0\]\.cr3" must be a string/,
    );
    const twice = [1, 2].map(() => ({ name: 'a', cr3: '0x1000' }));
    assert.match(await problem(but({ roots: twice }), pages), /two roots named "a"/);
    assert.match(await problem(but({ regs: undefined }), pages), /"regs" must be a JSON object; it is missing/);
    assert.match(await problem(but({ regs: { rip: '0xZZ' } }), pages), /"regs\.rip" must be a string such as/);
    assert.match(await problem(withPages({ count: -1 }), pages), /"pages\.count" must be a whole number; found -1/);
    assert.match(await problem(withPages({ count: 1e9 }), pages), /more than can be read/);
  });

  it('says what is wrong with its pages', async () => {
    assert.match(await problem(good, undefined), /^made\.bin: there is no such file\.$/);
    assert.match(
      await problem(good, pages.subarray(0, 4104 * 2 + 17)),
      /^made\.bin: it ends in the middle of page 3 of 4/,
    );
    assert.match(await problem(good, pages.subarray(0, 4104 * 3)), /it holds 3 pages; the snapshot's JSON says 4/);
    assert.match(await problem(withPages({ count: 3 }), pages), /it holds more than the 3 pages/);
    assert.match(await problem(good, gzipSync(pages).subarray(0, 40)), /the gzip data stops in the middle/);
    const changed = pages.slice();
    changed[5000] ^= 1;
    assert.match(await problem(good, changed), /the SHA-256 differs/);
    const odd = pages.slice();
    odd[0] = 1;
    assert.match(await problem(good, odd), /record 0 is of 0x1001, which is no page's address/);
    const order = pages.slice();
    order.set(pages.subarray(0, 8), 4104);
    assert.match(await problem(good, order), /record 1 \(0x1000\) is not in ascending order/);
  });

  it('names the table that is missing', async () => {
    await assert.rejects(made({ 1: TABLES[1], 2: TABLES[2], 4: TABLES[4] }), {
      message: 'made.json: the table that PUD[0] of root "current" points to, page 0x3000, is not in its page file.',
    });
    await assert.rejects(made({ 2: [] }), /the root table of "current", page 0x1000, is not in its page file/);
  });

  it('reads no file outside its folder', async () => {
    for (const file of ['../made.bin', '/etc/passwd', 'a/b', 'C:x', '..'])
      assert.match(await problem(withPages({ file }), pages), /must be the name of a file beside this one/);
  });

  it('ends in one message for any change of its bytes', async () => {
    const text = JSON.stringify(good);
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.string({ maxLength: 3 }), fc.boolean(), async (at, put, cut) => {
        await problem(text.slice(0, at) + put + (cut ? '' : text.slice(at + 1)), pages);
      }),
      { numRuns: 150 },
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(pages.length * 8 - 1), async (bit) => {
        const flipped = pages.slice();
        flipped[bit >> 3] ^= 1 << (bit & 7);
        assert.notEqual(await problem(good, flipped), 'no problem', 'every bit is noticed');
      }),
      { numRuns: 60 },
    );
  });
});

describe('the file that stands for a snapshot', () => {
  const json = JSON.stringify(descriptionOf(pageFile(TABLES)));
  const files = filesOf({ 'a.json': json, 'b.json': '{"x": 1}', 'a.bin.gz': '' });

  it('is its JSON, its page file, or its name', async () => {
    for (const name of ['a.json', 'a.bin.gz', 'a.bin', 'a']) assert.equal(await snapshotPath(name, files), 'a.json');
  });

  it('is none beside a scenario, a trace or other JSON', async () => {
    for (const name of ['a.ptscen', 'b', 'c', 'a.lackey.gz']) assert.equal(await snapshotPath(name, files), undefined);
    assert.equal(await snapshotPath('b.json', files), 'b.json', 'JSON is read, and refused in words');
  });
});
