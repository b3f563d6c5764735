/**
 * Files that we know but cannot import, as a table: how to tell, what it is, what to do.
 *
 * Sniffing follows facts/trace-formats.md §0. Rows are asked in order, by content alone; `starts` is a pattern of
 * hexadecimal bytes ('..' is any byte), `line` is matched against the first lines, `test` looks at the bytes.
 */
import { HOW_TO_RECORD } from './errors';

export interface ForeignFile {
  title: string;
  advice: string;
  starts?: string;
  line?: RegExp;
  test?: (head: Uint8Array) => boolean;
}

/** Compressed files and archives; gzip is not among them, it is read. */
export const CONTAINERS: readonly ForeignFile[] = [
  { title: 'zstd-compressed', starts: '28b52ffd', advice: unpackWith('zstd -d') },
  { title: 'LZ4-compressed', starts: '04224d18', advice: unpackWith('lz4 -d') },
  { title: 'xz-compressed', starts: 'fd377a585a00', advice: unpackWith('xz -d') },
  { title: 'bzip2-compressed', starts: '425a68', advice: unpackWith('bzip2 -d') },
  { title: 'a zip archive', starts: '504b0304', advice: unpackWith('unzip') },
  { title: 'snappy-compressed', starts: 'ff060000734e61507059', advice: unpackWith('snzip -d') },
];

function unpackWith(command: string): string {
  return `This version reads plain text and gzip: unpack it with "${command} FILE" first.`;
}

const LATER = `This version imports Valgrind lackey text. ${HOW_TO_RECORD}`;
const SUMMARY = `It is a summary without an order of accesses. ${LATER}`;
const NOT_A_TRACE = `It is not a trace. ${HOW_TO_RECORD}`;

const AS_UTF_8 =
  'Save it as UTF-8 (PowerShell: "| Out-File -Encoding ascii"), or let Valgrind write it with --log-file.';

export const FOREIGN_BINARY: readonly ForeignFile[] = [
  { title: 'an ELF program or library', starts: '7f454c46', advice: `Trace a run of it instead. ${HOW_TO_RECORD}` },
  {
    title: 'a perf.data file',
    starts: '50455246494c4532',
    advice: `perf samples, it does not record every access. ${HOW_TO_RECORD}`,
  },
  { title: 'a DynamoRIO drmemtrace trace', starts: '19000000..00000000000000', advice: LATER },
  {
    title: 'a raw DynamoRIO drmemtrace trace',
    starts: '............40c0',
    advice: `It needs raw2trace and the traced binaries first. ${LATER}`,
  },
  { title: 'a gem5 protobuf trace', starts: '67656d35', advice: LATER },
  { title: 'a Sniper SIFT trace', starts: '53494654', advice: LATER },
  { title: 'text in UTF-16', starts: 'fffe', advice: AS_UTF_8 },
  { title: 'text in UTF-16', starts: 'feff', advice: AS_UTF_8 },
  { title: 'gzip inside gzip', starts: '1f8b', advice: 'It was compressed twice: unpack it once with "gzip -d".' },
  ...CONTAINERS,
  { title: 'an EMT walk log (radix or FPT)', test: (head) => repeats(head, 64, isWalkLogRecord), advice: LATER },
  { title: 'an EMT walk log (ECPT)', test: (head) => repeats(head, 120, isWalkLogRecord), advice: LATER },
  { title: 'a ChampSim trace', test: (head) => repeats(head, 64, isChampSimRecord), advice: LATER },
];

export const FOREIGN_TEXT: readonly ForeignFile[] = [
  {
    title: 'a snapshot of page tables',
    line: /^\s*\{\s*"format"\s*:\s*"ptg-fixture-/,
    advice: 'It does not run: look at it with "ptscope tables FILE" or "ptscope walk FILE ADDRESS", or debug it.',
  },
  {
    title: 'a ptscope scenario',
    line: /^\s*(machine\s*\{|process \w+\s*(#.*)?$|mmap \w+ \S+ [rwx]+\b|include "|trace "|expect (fails )?\w)/m,
    advice: 'Run it as a scenario: give it the ending .ptscen, then "ptscope run FILE" or F5.',
  },
  { title: 'the output of "drmemtrace view"', line: /<--record#-> <--instr#->/, advice: LATER },
  {
    title: "DynamoRIO's page mapping (v2p.textproto)",
    line: /^(# VirtualToPhysical|address_mapping_group \{)/m,
    advice: LATER,
  },
  { title: 'a QEMU execlog', line: /^\d+, 0x[0-9a-f]+, 0x[0-9a-f]+, "/m, advice: LATER },
  { title: "a trace of QEMU's mem plugin", line: /^insn_vaddr,insn_symbol,mem_vaddr,/, advice: LATER },
  { title: 'a QEMU page summary', line: /^(Device, Address|Addr), RCPUs, Reads, /, advice: SUMMARY },
  {
    title: 'the output of "perf script"',
    line: /^.+ \d+ (\[\d+\] )?\d+\.\d{6}: .*(exceptions:page_fault|page-faults)/m,
    advice: LATER,
  },
  { title: 'the output of "perf trace -F"', line: /^ *[\d.]+ \( *[\d.]+ ms\): .+ (min|maj)fault \[/m, advice: LATER },
  { title: 'an ftrace file', line: /^# tracer: /, advice: LATER },
  { title: 'a Pin pinatrace', line: /^0x[0-9a-f]+: [RW] 0x[0-9a-f]+/m, advice: LATER },
  { title: 'a gem5 debug log', line: /^ *\d+: system\..*: Translating vaddr/m, advice: LATER },
  { title: 'a Ramulator DRAM trace', line: /^0x[0-9a-fA-F]+ [RW]$/m, advice: LATER },
  { title: 'a Ramulator load/store trace', line: /^(LD|ST) (0x)?[0-9a-fA-F]+$/m, advice: LATER },
  { title: 'a DRAMsim3 trace', line: /^0x[0-9A-Fa-f]+ (READ|WRITE) \d+/m, advice: LATER },
  { title: 'the output of an OSTEP homework', line: /^ARG seed /m, advice: LATER },
  { title: 'a /proc/PID/maps listing', line: /^[0-9a-f]+-[0-9a-f]+ [r-][w-][x-][ps] [0-9a-f]+ /m, advice: NOT_A_TRACE },
  { title: 'a ptdump of kernel page tables', line: /^---\[ .+ \]---/m, advice: NOT_A_TRACE },
  {
    title: 'the output of QEMU\'s "info tlb"',
    line: /^[0-9a-f]{16}: [0-9a-f]{16} [XGPDACTUW-]{9}/m,
    advice: NOT_A_TRACE,
  },
  {
    title: 'the output of QEMU\'s "info mem"',
    line: /^[0-9a-f]{16}-[0-9a-f]{16} [0-9a-f]{16} [u-][r-][w-]/m,
    advice: NOT_A_TRACE,
  },
  { title: 'the output of QEMU\'s "info mtree"', line: /^(address-space: |FlatView #)/m, advice: NOT_A_TRACE },
  { title: 'the output of another Valgrind tool', line: /^==\d+== /m, advice: HOW_TO_RECORD },
  { title: 'a Ramulator CPU trace', line: /^\d+ \d+( \d+)?\r?$/, advice: LATER },
];

export function startsWith(head: Uint8Array, pattern: string): boolean {
  if (head.length * 2 < pattern.length) return false;
  for (let i = 0; i < pattern.length; i += 2) {
    const byte = pattern.slice(i, i + 2);
    if (byte !== '..' && parseInt(byte, 16) !== head[i / 2]) return false;
  }
  return true;
}

/** Whether the head consists of records of `stride` bytes; three are asked for, for one may be chance. */
function repeats(head: Uint8Array, stride: number, isRecord: (head: Uint8Array, at: number) => boolean): boolean {
  const records = Math.floor(head.length / stride);
  if (records < 3) return false;
  for (let i = 0; i < records; i++) if (!isRecord(head, i * stride)) return false;
  return true;
}

const isWalkLogRecord = (head: Uint8Array, at: number): boolean =>
  (head[at] === 0x46 || head[at] === 0x4d) && head[at + 1] <= 1;

/** An instruction address in the user half, then two flags. */
const isChampSimRecord = (head: Uint8Array, at: number): boolean =>
  (head[at] | head[at + 1] | head[at + 2]) !== 0 &&
  head[at + 6] === 0 &&
  head[at + 7] === 0 &&
  head[at + 8] <= 1 &&
  head[at + 9] <= 1;
