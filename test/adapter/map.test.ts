/** The address-space map, the way to a row of Page Tables, and the trees of objects and processes, over the wire. */
import assert from 'node:assert/strict';
import { MapField, type MapPlaceResponse, type MapResponse } from '../../src/protocol/map';
import type { TreeNode, TreePathResponse, TreeResponse } from '../../src/protocol/requests';
import { EVERY_SCHEME, formatNamed } from '../machine/support';
import { snapshotFile } from '../snapshot/support';
import { useFixture } from './support';

const HEAP = 0x5555_5540_0000 / 4096;

const scenario = (...lines: string[]): string =>
  ['process demo', 'mmap heap 4MiB rw anon at 0x5555_5540_0000', ...lines, 'mark "end"', ''].join('\n');

describe('the address-space map over the wire', () => {
  const fixture = useFixture();
  const { scenario: write } = { scenario: (text: string) => fixture.scenario(text) };

  /** Stands at the last line of the scenario. */
  async function stand(text: string, more: object = {}): Promise<void> {
    const file = write(text);
    await fixture.client.load(file, more);
    await fixture.breakAt(file, { line: text.split('\n').length - 1 });
    await fixture.client.begin();
  }

  const map = (args: object): Promise<MapResponse> => fixture.client.ask('ptscope/map', args);
  const place = (args: object): Promise<MapPlaceResponse> => fixture.client.ask('ptscope/mapPlace', args);
  const tree = (id: string, parent?: string, count = 500): Promise<TreeResponse> =>
    fixture.client.ask('ptscope/tree', { tree: id, parent, count });
  const rows = async (id: string, parent?: string): Promise<TreeNode[]> => (await tree(id, parent)).nodes;
  const total = ({ filled }: MapResponse, field: MapField): number =>
    filled.reduce((sum, [, ...counts]) => sum + counts[field], 0);

  it('says of each cell how much is mapped, how, and what for', async () => {
    await stand(scenario('write heap .. heap+8KiB step 4KiB', 'read heap+1MiB'));
    const answer = await map({ first: HEAP, cellPages: 256, cells: 8 });
    assert.deepEqual(
      answer.filled.map(([cell]) => cell),
      [0, 1],
    );
    assert.deepEqual(
      [MapField.Size4K, MapField.Dirty, MapField.ReadWrite, MapField.Read, MapField.Depth4].map((f) =>
        total(answer, f),
      ),
      [3, 2, 3, 0, 3],
    );
    assert.equal(answer.complete, true);
    assert.deepEqual(answer.areas, [{ first: HEAP, pages: 1024, name: 'heap', rights: 'rw-p', backing: 'anon' }]);
    assert.deepEqual(answer.spaces, [{ id: 1, name: 'demo' }]);
    assert.deepEqual([answer.addressBits, answer.signExtended, answer.scheme], [48, true, 'radix']);
  });

  it('covers the whole address space, and ends where it ends', async () => {
    await stand(scenario('write heap'));
    const whole = await map({ first: 0, cellPages: 2 ** 36 / 64, cells: 64 });
    assert.equal(total(whole, MapField.Size4K), 1);
    assert.equal(whole.cells, 64);
    const tail = await map({ first: 2 ** 36 - 10, cellPages: 4, cells: 100 });
    assert.equal(tail.cells, 3);
    assert.match(await fixture.client.refusal('ptscope/map', { first: 2 ** 36, cellPages: 1, cells: 1 }), /begins at/);
    assert.match(
      await fixture.client.refusal('ptscope/map', { first: 0, cellPages: 0.5, cells: 1 }),
      /one page or more/,
    );
    assert.match(await fixture.client.refusal('ptscope/map', { first: 0, cellPages: 1, cells: 1e6 }), /8192 cells/);
    assert.match(await fixture.client.refusal('ptscope/map', { first: 0 }), /needs 'cellPages': a number/);
  });

  it('finds the first page of a stretch that is mapped, in every scheme', async () => {
    for (const scheme of EVERY_SCHEME) {
      const low = formatNamed(scheme).addressBits < 48;
      const base = low ? 0x4000_0000 : 0x5555_5540_0000;
      const text = [
        'process demo',
        `mmap heap 4MiB rw anon at 0x${base.toString(16)}`,
        'write heap+20KiB',
        'mark "end"',
        '',
      ];
      await stand(text.join('\n'), { scheme });
      const found = await place({ first: base / 4096, pages: 1024 });
      assert.equal(found.place, base / 4096 + 5, scheme);
      assert.equal(found.address, `0x${(base + 20480).toString(16)}`, scheme);
      assert.match(found.text, /^4K page, frame 0x[0-9a-f]+, rw/, scheme);
      const none = await place({ first: base / 4096 + 6, pages: 100 });
      assert.deepEqual([none.mapped, none.text], [false, 'nothing is mapped here'], scheme);
      await fixture.client.ask('disconnect');
      await fixture.client.close();
      fixture.client = new (fixture.client.constructor as new () => typeof fixture.client)();
      await fixture.client.open();
    }
  });

  it('knows the rows that lead to an address, in every scheme, also inside a run of pages', async () => {
    for (const scheme of EVERY_SCHEME.filter((s) => s !== 'linear 32')) {
      const low = formatNamed(scheme).addressBits < 48;
      const base = low ? 0x4000_0000 : 0x5555_5540_0000;
      const head = ['process demo', `mmap heap 4MiB rw anon at 0x${base.toString(16)}`];
      await stand([...head, 'write heap step 4KiB', 'mark "end"', ''].join('\n'), { scheme });
      const address = `0x${(base + 77 * 4096).toString(16)}`;
      const { path } = await fixture.client.ask<TreePathResponse>('ptscope/treePath', { address });
      let parent: string | undefined;
      let last: TreeNode | undefined;
      for (const { id, index } of path) {
        const { nodes } = await fixture.client.ask<TreeResponse>('ptscope/tree', {
          tree: 'pageTables',
          parent,
          start: index,
          count: 1,
        });
        [last] = nodes;
        assert.equal(last.id, id, scheme);
        parent = id;
      }
      assert.equal(last?.kind, 'leaf', scheme);
      assert.equal(last?.address, address, scheme);
      await fixture.client.close();
      fixture.client = new (fixture.client.constructor as new () => typeof fixture.client)();
      await fixture.client.open();
    }
  });

  it('shows a snapshot: its roots as spaces, its areas by name, and what lies in the upper half', async () => {
    await fixture.client.load(snapshotFile('l4-max-parent'));
    await fixture.client.begin();
    const answer = await map({ first: 0, cellPages: 2 ** 36 / 64, cells: 64 });
    assert.ok(answer.spaces.length > 1);
    assert.ok(answer.areas.some(({ name }) => name === '/bin/ptguest'));
    assert.ok(
      answer.filled.some(([cell]) => cell >= 32),
      'the kernel is in the upper half',
    );
    assert.ok(total(answer, MapField.Supervisor) > 0);
    const { path } = await fixture.client.ask<TreePathResponse>('ptscope/treePath', { address: '0x401000' });
    assert.ok(path.length >= 5);
    assert.match(await fixture.client.refusal('ptscope/treePath', { address: 'heap' }), /no address/);
  });

  describe('Translation Objects', () => {
    it('has the open EMT call with its arguments, and its result once there is one', async () => {
      const file = write(scenario('write heap'));
      await fixture.client.load(file);
      await fixture.client.begin(['fault.minor']);
      const [call] = await rows('objects');
      assert.deepEqual([call.kind, call.label], ['call', 'tdb_find_tobj [radix]']);
      assert.equal(call.description, '(0x5555_5540_0000)');
      await fixture.client.move('stepOut');
      const after = await rows('objects');
      assert.ok(!after.some((row) => row.label === 'tdb_find_tobj [radix]' && row.current));
      const object = after.find((row) => row.kind === 'object');
      assert.ok(object, JSON.stringify(after));
      const attributes = await rows('objects', object.id);
      assert.ok(
        attributes.some(({ label }) => label === 'present'),
        attributes.map((a) => a.label).join(),
      );
    });

    it('says where an iterator stands: its place, its path, its barrier, look-ups and steps', async () => {
      const file = write(scenario('write heap', 'write heap+8KiB', 'iterate heap using driver'));
      await fixture.client.load(file);
      await fixture.client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'tobj_iter_next' }] });
      await fixture.client.begin();
      for (let n = 0; n < 2; n++) await fixture.client.move('continue');
      const found = (await rows('objects')).filter((row) => row.kind === 'iterator');
      assert.equal(found.length, 1);
      assert.match(found[0].label, /iterator of 0x5555_5540_0000 \(heap\+0x0\)/);
      assert.match(found[0].description ?? '', /at 0x5555_5540_3000 · 0 % · 2 objects · 1 look-ups$/);
      const parts = await rows('objects', found[0].id);
      const of = (label: string): string | undefined => parts.find((row) => row.label === label)?.description;
      assert.equal(of('implementation'), 'radix driver');
      assert.match(of('barrier') ?? '', /end of the PTE table at 0x[0-9a-f]+: 0x5555_5560_0000, 509 entries on/);
      assert.deepEqual(
        parts.filter((row) => row.kind === 'entry').map((row) => row.label.replace(/\[.*/, '')),
        ['PGD', 'PUD', 'PMD', 'PTE'],
      );
    });

    it('shows the range operation that the kernel is in the middle of', async () => {
      await stand(scenario('write heap step 4KiB', 'munmap heap'));
      const file = write(scenario('write heap step 4KiB', 'munmap heap'));
      await fixture.client.load(file);
      await fixture.breakAt(file, { line: 4 });
      await fixture.client.begin();
      await fixture.client.move('stepIn');
      for (let n = 0; n < 400 && !(await rows('objects')).some((r) => r.label === 'unmap'); n++)
        await fixture.client.move('stepIn');
      const operation = (await rows('objects')).find((row) => row.label === 'unmap');
      assert.ok(operation);
      assert.ok((await rows('objects', operation.id)).some(({ label }) => label === 'phase'));
    });
  });

  describe('Processes', () => {
    it('has each process with what it holds, where it is loaded, its tables by level and its areas', async () => {
      await stand(scenario('write heap', 'fork child', 'switch child', 'write heap+4KiB'), { machine: { pcid: 'on' } });
      const [demo, child] = await rows('processes');
      assert.deepEqual([demo.label, child.label], ['demo', 'child']);
      assert.match(demo.description ?? '', /^pid 1 · 1 page resident/);
      assert.match(child.description ?? '', /^pid 2 · running · 2 pages resident · on CPU 0, PCID \d/);
      assert.equal(child.current, true);
      const parts = await rows('processes', child.id);
      const part = (label: string): TreeNode => parts.find((row) => row.label === label)!;
      assert.equal(part('page tables').description, '16 KiB in 4');
      assert.equal(part('forked by').description, 'demo');
      assert.deepEqual(
        (await rows('processes', part('page tables').id)).map(({ label, description }) => [label, description]),
        ['PGD', 'PUD', 'PMD', 'PTE'].map((level) => [level, '1 table, 4 KiB']),
      );
      const [area] = await rows('processes', part('areas').id);
      assert.equal(area.label, 'heap');
      assert.match(area.description ?? '', /rw-p anon · 4 MiB/);
      assert.equal(area.range, 'va:2:0x555555400000+4194304');
    });

    it('pages through very many areas, and says of one that has exited that it has', async () => {
      const areas = Array.from({ length: 300 }, (_, i) => `mmap a${i} 4KiB ${i % 2 ? 'r' : 'rw'} anon`);
      await stand(['process demo', ...areas, 'fork child', 'exit child', 'mark "end"', ''].join('\n'));
      const answer = await tree('processes', 'proc:1:areas', 10);
      assert.deepEqual([answer.nodes.length, answer.total], [10, 300]);
      const [, child] = await rows('processes');
      assert.match(child.description ?? '', /has exited/);
      assert.equal(child.hasChildren, false);
    });
  });
});
