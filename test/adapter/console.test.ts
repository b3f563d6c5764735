import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { CONSOLE_COMMANDS } from '../../src/adapter/console';
import { columns, unstyled } from '../../src/adapter/console/style';
import { useFixture } from './support';

const SCENARIO = `machine {
  preset classroom
}
process demo
mmap heap 64KiB rw anon at 0x5555_5540_0000
write heap
write heap + 0x1008
mmap text 8KiB rx file "libc.so" at 0x40_0000
fork child
iterate heap
print "done"
`;

describe('the debug console', () => {
  const fixture = useFixture();
  const say = (line: string): Promise<string> => fixture.client.value(line, 'repl');
  const refusal = (line: string): Promise<string> =>
    fixture.client.refusal('evaluate', { expression: line, context: 'repl' });
  const to = (tick: number, event = 0): Promise<unknown> => fixture.client.move('ptscope/seek', { tick, event });
  const labels = async (text: string): Promise<string[]> => {
    const { targets } = await fixture.client.ask<DebugProtocol.CompletionsResponse['body']>('completions', {
      text,
      column: text.length + 1,
    });
    return targets.map(({ label }) => label);
  };

  beforeEach(async () => {
    await fixture.client.load(fixture.scenario(SCENARIO), { stopOnEntry: true });
    await fixture.client.begin();
  });

  it('answers every command at every kind of place, or says why not', async () => {
    for (const [tick, event] of [
      [0, 0],
      [2, 5],
      [5, 0],
      [100, 0],
    ]) {
      if (tick < 100) await to(tick, event);
      else await to((await fixture.client.moment()).tick, 1);
      for (const { name, takes } of CONSOLE_COMMANDS) {
        if (['goto'].includes(name)) continue;
        const line = takes === 'address' ? `${name} 0x5555_5540_0000` : name;
        const answer = await say(line).catch(String);
        assert.ok(answer.length > 0 && !/mistake|undefined|\[object/.test(answer), `${line}: ${answer}`);
      }
    }
  });

  it('walks, entry by entry, with the indices of the address', async () => {
    assert.match(await refusal('walk heap'), /There is no process yet/);
    await to(2);
    assert.match(await say('walk heap'), /PGD\[170\] at 0x100550 = 0x0000000000000000: empty\nnot mapped: /);
    await to(4);
    const [head, ...steps] = (await say('walk heap + 0x1008')).split('\n');
    assert.equal(head, '0x5555_5540_1008 (heap+0x1008): PGD 170, PUD 341, PMD 170, PTE 1, offset 0x8');
    assert.equal(steps.length, 5);
    assert.match(steps[3], /^PTE\[1\] at 0x10\w+ = 0x8\w+ \[P RW US A D NX\]: /);
    assert.match(steps[4], /^0x10\w008, 4K page, rw- user, 4 references; frame 0x10\w$/);
    assert.match(await say('vtop heap + 0x1008'), /^0x10\w008$/);
    assert.match(await say('vtop heap + 0x5000'), /^not mapped: the entry is not present \(PTE\[5\] at 0x\w+\)$/);
    assert.match(await say('vtop 0x8000_0000_0000'), /not canonical/);
    assert.match(await refusal('walk'), /Which address\? walk ADDRESS/);
    assert.match(await refusal('walk nosuch'), /'nosuch'/);
  });

  it('lists mappings, of everything or of a range', async () => {
    await to(5);
    const [first, second, ...rest] = (await say('tables')).split('\n');
    assert.match(first, /^0x5555_5540_0000 \.\. 0x5555_5540_1000 {2}→ 0x10\w000 {2}4K {2}P RW US A D NX {2}heap\+0x0$/);
    assert.match(second, /heap\+0x1000$/);
    assert.deepEqual(rest, []);
    assert.equal((await say('tables heap')).split('\n').length, 2);
    assert.equal(await say('tables heap+0x1000'), second);
    assert.equal(await say('tables text'), 'nothing is mapped in text');
  });

  it('lists areas and processes as the kernel’s own tools do', async () => {
    await to(6);
    const maps = (await say('maps')).split('\n');
    assert.equal(maps.length, 2);
    assert.match(maps[0], /^0x40_0000-0x40_2000 r-xp file +"libc\.so" {2}text$/);
    assert.match(await say('maps heap + 5'), /rw-p anon\s+heap$/);
    assert.match(await say('maps 0x1000'), /no area holds 0x1000: an access there is a SIGSEGV/);
    const [head, demo, child] = (await say('ps')).split('\n').map((line) => line.trim().split(/\s+/).join(' '));
    assert.equal(head, 'PID PPID RSS SWAP ROOT NAME');
    assert.equal(demo, '1 0 2 0 0x100000 demo (runs)');
    assert.match(child, /^2 1 \d 0 0x\w+ child$/);
  });

  it('shows what TLBs and walk caches hold, and what they know of an address', async () => {
    await to(4);
    const tlb = await say('tlb');
    for (const part of [/^L1D TLB {2}2\/4/m, /^STLB/m, /^PWC PMD/m]) assert.match(tlb, part);
    assert.match(await say('tlb heap'), /\(heap\+0x0\)\n {2}tlb {2}.*L1D.*\n {2}pwc/);
    assert.match(await say('regs'), /^cr3 {3}0x10_0000$/m);
  });

  it('counts', async () => {
    await to(4);
    assert.match(await say('vmstat'), /^faults\.minor +2$/m);
    assert.equal(await say('vmstat faults.cow'), 'faults.cow  0');
    assert.match(await refusal('vmstat nosuch'), /No counter has 'nosuch'/);
  });

  it('lists the last ticks with what they did, each a link to its line', async () => {
    assert.match(await say('history'), /nothing yet/);
    await to(4);
    const said = fixture.client.output.length;
    assert.equal(await say('history 2'), 'the 2 ticks before this one, tick 4');
    const lines = fixture.client.output.slice(said);
    assert.deepEqual(
      lines.map(({ output, line }) => [line, output.trim()]),
      [
        [6, '2  write heap           minor fault, 4 refs, +3 tables'],
        [7, '3  write heap + 0x1008  minor fault, 1 ref'],
      ],
    );
    assert.match(lines[0].source?.path ?? '', /test\.ptscen$/);
    assert.match(await refusal('history 0'), /from 1/);
  });

  it('answers about other ticks without moving', async () => {
    await to(4);
    const before = await fixture.client.moment();
    const said = fixture.client.output.length;
    assert.equal(await say('at'), `tick 4, event 0 of ${before.events - 1}`);
    assert.equal(await say('at 2 pte(heap)'), 'none');
    assert.match(await say('at tick-1 walk heap'), /4 references/);
    assert.equal(await say('at 8 stats.faults.minor'), '2');
    assert.match(await refusal('at 9999 tick'), /The run ends before tick 9999/);
    assert.match(await refusal('at 3 nosuch'), /'nosuch'/);
    assert.deepEqual(await fixture.client.moment(), before);
    assert.equal(fixture.client.output.length, said);
    await fixture.client.stopAfter(async () => assert.equal(await say('at 2'), 'going to tick 2'));
    assert.equal((await fixture.client.moment()).tick, 2);
  });

  it('shows the running iterator, and says when there is none', async () => {
    assert.match(await refusal('iter'), /No iterator runs here/);
    for (let tick = 6; (await fixture.client.value('iter')) === 'none'; tick++) await to(tick, 4);
    assert.match(await say('iter'), /^at +0x/m);
  });

  it('helps, with a list, a command, a name, and the nearest to a mistake', async () => {
    const all = await say('help');
    for (const { usage } of CONSOLE_COMMANDS) assert.ok(all.includes(usage), usage);
    assert.match(await say('help at'), /leave it where it is/);
    assert.match(await say('help pte'), /^pte\(A\)\n.*PTE entry/);
    assert.match(await refusal('help wlak'), /Did you mean 'walk'\?/);
  });

  it('takes what looks like a command and is an expression for that', async () => {
    await to(4);
    assert.match(await say('walk(heap).refs'), /4/);
    assert.match(await say('walk (heap).refs'), /4/);
    assert.match(await say('tlb(heap).hit'), /true/);
  });

  it('completes commands, and what each takes', async () => {
    await to(4);
    assert.ok((await labels('v')).includes('vtop'));
    assert.deepEqual(await labels('vmstat faults.mi'), ['faults.minor']);
    assert.ok((await labels('walk he')).includes('heap'));
    assert.deepEqual(await labels('walk heap.'), ['start', 'end', 'size']);
    assert.deepEqual(await labels('ps '), []);
    const help = await labels('help w');
    assert.ok(help.includes('walk') && !help.includes('vtop'));
    assert.ok(!(await labels('walk v')).includes('vtop'));
  });
});

describe('colours of the debug console', () => {
  const fixture = useFixture();

  it('come where the client shows them, and change no text', async () => {
    const { client } = fixture;
    await client.load(fixture.scenario(SCENARIO), { goto: 4 });
    await client.begin();
    const plain = await client.value('walk heap', 'repl');
    assert.equal(unstyled(plain), plain);
    await client.initializeRequest({ adapterID: 'ptscope', supportsANSIStyling: true });
    const coloured = await client.value('walk heap', 'repl');
    assert.notEqual(coloured, plain);
    assert.equal(unstyled(coloured), plain);
  });

  it('stay away where the launch says so', async () => {
    const { client } = fixture;
    await client.initializeRequest({ adapterID: 'ptscope', supportsANSIStyling: true });
    await client.load(fixture.scenario(SCENARIO), { goto: 4, consoleColors: false });
    await client.begin();
    const plain = await client.value('walk heap', 'repl');
    assert.equal(unstyled(plain), plain);
  });

  it('do not count in the width of columns', () => {
    assert.deepEqual(
      columns([
        ['\u001b[36mab\u001b[0m', 'c'],
        ['abcd', 'e'],
      ]).map(unstyled),
      ['ab    c', 'abcd  e'],
    );
  });
});
