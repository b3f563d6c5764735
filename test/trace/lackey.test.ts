import assert from 'node:assert/strict';
import fc from 'fast-check';
import { lackeyTexts } from '../oracle/randomTrace';
import { FILES, Host, bytesOf, expected, fixture, fixtureText, load, recordsOf, refused, told } from './support';

describe('lackey', () => {
  for (const file of FILES) {
    it(`${file}: counts the lines that the rules count`, async () => {
      const { I, L, S, M, other } = expected[file].footprint.lines;
      const trace = await load(fixture(file));
      assert.deepEqual(trace.lines, { fetches: I, loads: L, stores: S, modifies: M, other });
      assert.deepEqual(trace.store.counts, { reads: L + M, writes: S + M, execs: I });
      assert.deepEqual(trace.notes, []);
    });
  }

  it('a modify is a read then a write of the same bytes', async () => {
    assert.deepEqual(told(await load('I  00401008,3\n M 00405ffe,4\n')), [
      'exec 0x401008,3 line 1',
      'read 0x405ffe,4 line 2 M',
      'write 0x405ffe,4 line 2 M',
    ]);
  });

  it('any cutting of the bytes into pieces gives the same trace', async () => {
    const noise = fc.constantFrom(
      '',
      'ls: no such fileI  0496f350,6\n',
      'x'.repeat(9000) + ' L 10,1\n',
      '\n',
      ' S 1ffe',
    );
    await fc.assert(
      fc.asyncProperty(
        lackeyTexts({ maxBursts: 4 }),
        noise,
        fc.array(fc.nat(12_000), { maxLength: 60 }),
        async (text, tail, cuts) => {
          const bytes = bytesOf(tail + text + tail);
          const whole = await load(bytes);
          const cut = await load(new Host(bytes, cuts));
          assert.deepEqual(recordsOf(cut), recordsOf(whole));
          assert.deepEqual([cut.lines, cut.notes, cut.footprint], [whole.lines, whole.notes, whole.footprint]);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('a line means the same whether it is as lackey prints it, whatever is around it', async () => {
    const usual = (digits: string): string => digits.padStart(8, '0');
    const part = (...parts: string[]): fc.Arbitrary<string> => fc.constantFrom(...parts);
    const line = fc
      .tuple(
        part('', ' ', ' ', ' ', '  ', 'x'),
        part('I ', 'I ', 'L', 'L', 'S', 'S', 'M', 'X', 'SB'),
        part(' ', ' ', ' ', ' ', '', '  '),
        part('10', usual('1000'), usual('7fe0'), '1ffefff758', '7FFFFFFFFFF8', 'ffffffffffffffff', usual('g'), ''),
        part(',', ',', ',', ',', ';'),
        part('1', '4', '8', '16', '32', '08', '123', '0', '', '1f'),
        part('', '', '', '\r', ' '),
      )
      .map((parts) => parts.join('') + '\n');
    // Behind so much noise no line is near the end of its piece.
    const noise = '==1== noise\n'.repeat(20);
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 12 }), async (lines) => {
        const outcome = (host: Host): Promise<unknown> =>
          load(host).then((trace) => ({ records: recordsOf(trace), lines: trace.lines, notes: trace.notes }), String);
        const bytes = bytesOf(` L 10,1\n${lines.join('')}${noise}`);
        assert.deepEqual(await outcome(new Host(bytes)), await outcome(Host.inPiecesOf(bytes, 1)));
      }),
      { numRuns: 300 },
    );
  });

  it('one byte at a time gives the same trace', async () => {
    const bytes = bytesOf(fixtureText('ls-5000.lackey').slice(0, 20_000));
    assert.deepEqual(recordsOf(await load(Host.inPiecesOf(bytes, 1))), recordsOf(await load(bytes)));
  });

  describe('tolerates', () => {
    const accepts = (name: string, text: string, ...records: string[]) =>
      it(name, async () => assert.deepEqual(told(await load(text)), records));

    accepts('upper-case digits', ' L 1FFEFFE7F8,8\n', 'read 0x1ffeffe7f8,8 line 1');
    accepts('two spaces before the letter', '  L 1000,8\n', 'read 0x1000,8 line 1');
    accepts('no space before the letter', 'S 1000,8\n', 'write 0x1000,8 line 1');
    accepts('one space behind I', 'I 0400d7d4,8\n', 'exec 0x400d7d4,8 line 1');
    accepts('short addresses', ' M 20,1\n', 'read 0x20,1 line 1 M', 'write 0x20,1 line 1 M');
    accepts('CR LF', ' L 10,1\r\n S 20,2\r\n', 'read 0x10,1 line 1', 'write 0x20,2 line 2');
    accepts('no newline at the end', ' L 10,1\n S 20,2', 'read 0x10,1 line 1', 'write 0x20,2 line 2');
    accepts('a byte order mark', '\xef\xbb\xbfI  10,1\n L 20,2\n', 'exec 0x10,1 line 1', 'read 0x20,2 line 2');
    accepts('more zeros than a number needs', ' L 000000000000000000001000,8\n', 'read 0x1000,8 line 1');
    accepts('the largest access', ' L 7ffffffff000,4096\n', 'read 0x7ffffffff000,4096 line 1');
    accepts('kernel addresses', ' L ffffffffffffffff,1\n', 'read 0xffffffffffffffff,1 line 1');
    accepts(
      'stderr of the program in front of a record',
      'I  10,1\nls: cannot access: No such fileI  0496f350,6\nerror L 0496f350,6\n',
      'exec 0x10,1 line 1',
      'exec 0x496f350,6 line 2',
      'read 0x496f350,6 line 3',
    );
  });

  it('says how many records stood behind other output', async () => {
    const { notes, lines } = await load(' L 10,1\noopsI  20,2\n');
    assert.deepEqual(notes, ["Accesses that stood at the end of lines of the program's own output: 1."]);
    assert.equal(lines.other, 0);
  });

  describe('counts as other', () => {
    const other = (name: string, line: string) =>
      it(name, async () => {
        const trace = await load(` L 10,1\n${line}\n S 20,2\n`);
        assert.deepEqual(trace.lines, { fetches: 0, loads: 1, stores: 1, modifies: 0, other: 1 });
        assert.equal(trace.store.recordAt(1).line, 3);
      });

    other('a banner', '==12772== Lackey, an example Valgrind tool');
    other('a banner that quotes a record', '==12772== Command: echo L 10,1');
    other('a superblock', 'SB 0401ab70');
    other('an empty line', '');
    other('an unknown letter', ' X 10,1');
    other('an address with 0x', ' L 0x10,1');
    other('a missing size', ' L 10,');
    other('a missing address', ' L ,1');
    other('a size in hexadecimal', ' L 10,1f');
    other('something behind the size', ' L 10,1 ');
    other('an impossible record behind other output', 'error L 10,0');
    other('a very long line', 'x'.repeat(100_000));
  });

  it('a last line cut short is not an access, and the trace says so', async () => {
    const { lines, notes } = await load(' L 10,1\n S 1ffe');
    assert.equal(lines.other, 1);
    assert.deepEqual(notes, ['The last line (2) is cut short and was not counted as an access.']);
  });

  describe('refuses', () => {
    const refuses = (name: string, line: string, code: 'bad-size' | 'bad-address', found: string) =>
      it(name, async () => {
        const error = await refused(
          load(`==1== \n L 10,1\n${line}\n`),
          code,
          'test.lackey, line 3:',
          found,
          'expected',
        );
        assert.equal(error.line, 3);
      });

    refuses('a size of 0', ' L 10,0', 'bad-size', 'is 0 bytes');
    refuses('a size above 4096', ' L 10,4097', 'bad-size', 'is 4097 bytes');
    refuses('an absurd size', ' L 10,99999999999999999999', 'bad-size', 'is 99999999999999999999 bytes');
    refuses('an address that is not canonical', ' L 800000000000,1', 'bad-address', '0x800000000000');
    refuses('an access that runs out of the lower half', ' L 7fffffffffff,2', 'bad-address', '0x7fffffffffff');
    refuses('an access that runs over the end', ' S ffffffffffffffff,2', 'bad-address', '0xffffffffffffffff');
    refuses('an address of more than 64 bits', ' L 10000000000000000,1', 'bad-address', '0x10000000000000000');
  });

  it('five-level addresses are canonical when asked for', async () => {
    const text = ' L ff000000001000,8\n';
    await refused(load(text), 'bad-address', '48-bit');
    assert.deepEqual(told(await load(text, { addressBits: 57 })), ['read 0xff000000001000,8 line 1']);
  });

  it('a file without a single record is refused', async () => {
    const banner = '==1== Lackey, an example Valgrind tool\n==1== \n';
    await refused(load(banner), 'no-records', '2 lines', '--trace-mem=yes');
  });
});
