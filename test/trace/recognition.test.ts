import { gzipSync } from 'node:zlib';
import type { TraceErrorCode } from '../../src/trace/errors';
import { bytesOf, fixtureText, load, refused } from './support';

const hex = (digits: string): Uint8Array => new Uint8Array(Buffer.from(digits, 'hex'));
const records = (count: number, record: Uint8Array): Uint8Array =>
  new Uint8Array(Buffer.concat(Array(count).fill(record)));

describe('recognition', () => {
  const refuses = (name: string, content: string | Uint8Array, code: TraceErrorCode, ...phrases: string[]) =>
    it(`${name}: ${code}`, () => refused(load(content), code, ...phrases).then(() => undefined));

  describe('containers', () => {
    refuses('zstd', hex('28b52ffd0000'), 'unsupported-compression', 'zstd -d');
    refuses('LZ4', hex('04224d180000'), 'unsupported-compression', 'lz4 -d');
    refuses('xz', hex('fd377a585a0000'), 'unsupported-compression', 'xz -d');
    refuses('bzip2', 'BZh91AY', 'unsupported-compression', 'bzip2 -d');
    refuses('zip', hex('504b03040000'), 'unsupported-compression', 'unzip');
    refuses('zstd inside gzip', gzipSync(hex('28b52ffd0000')), 'unsupported-format', 'the gzip file holds', 'zstd');
    refuses('gzip inside gzip', gzipSync(gzipSync(' L 10,1\n')), 'unsupported-format', 'twice');
  });

  describe('binary files', () => {
    refuses('a program', bytesOf('\x7fELF\x02\x01\x01'), 'unsupported-format', 'ELF');
    refuses(
      'a program in gzip',
      gzipSync(bytesOf('\x7fELF\x02\x01\x01')),
      'unsupported-format',
      'the gzip file holds an ELF',
    );
    refuses('perf.data', 'PERFILE2\0\0\0\0', 'unsupported-format', 'perf', 'valgrind --tool=lackey');
    refuses('drmemtrace', hex('1900000007000000000000001c000c00'), 'unsupported-format', 'drmemtrace');
    refuses('raw drmemtrace', hex('000000000e0040c0'), 'unsupported-format', 'raw2trace');
    refuses('gem5', 'gem5\0\0', 'unsupported-format', 'gem5');
    refuses('an EMT walk log', records(4, hex('4600' + '00'.repeat(62))), 'unsupported-format', 'EMT walk log (radix');
    refuses('an EMT ECPT walk log', records(4, hex('4d01' + '00'.repeat(118))), 'unsupported-format', '(ECPT)');
    refuses(
      'ChampSim',
      records(4, hex('3412400000000000' + '0101' + '05'.repeat(54))),
      'unsupported-format',
      'ChampSim',
    );
    refuses('UTF-16', hex('fffe49002000'), 'unsupported-format', 'UTF-8');
    refuses('random bytes', hex('0001020304deadbeef'), 'unknown-format', 'binary data');
  });

  describe('text files', () => {
    refuses('a scenario', '# hello\nmachine {\n  preset skylake\n}\nprocess p\n', 'unsupported-format', 'ptscope run');
    refuses('an ordinary text', 'Dear reader,\nhow are you?\n', 'unknown-format', '"Dear reader,"', 'valgrind');
    refuses('another Valgrind tool', '==12== Memcheck, a memory error detector\n', 'unsupported-format', 'Valgrind');
    refuses('pinatrace', '0x7f12: R 0x7ffe\n#eof\n', 'unsupported-format', 'pinatrace');
    refuses('QEMU execlog', '0, 0xa12, 0xf8012400, "movs r0"\n', 'unsupported-format', 'execlog');
    refuses(
      '/proc/PID/maps',
      '00400000-00452000 r-xp 00000000 08:02 173521 /usr/bin/x\n',
      'unsupported-format',
      'maps',
    );
    refuses('ftrace', '# tracer: nop\n#\n', 'unsupported-format', 'ftrace');
  });

  describe('nothing', () => {
    refuses('an empty file', '', 'empty', 'the file is empty');
    refuses('gzip of nothing', gzipSync(''), 'empty', 'the gzip file holds nothing');
    refuses('one newline', '\n', 'unknown-format');
  });

  it('the content decides, not the name: lackey in a file of any name, plain or gzip', async () => {
    await load(fixtureText('hand.lackey'));
    await load(gzipSync(fixtureText('hand.lackey')));
  });

  it('a format that a person names is not sniffed', async () => {
    await refused(load('Dear reader\n', { format: 'lackey' }), 'no-records', '1 lines');
    await refused(load(' L 10,1\n', { format: 'pin' }), 'unsupported-format', '"pin"', 'lackey');
  });
});
