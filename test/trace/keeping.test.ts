import assert from 'node:assert/strict';
import fc from 'fast-check';
import { loadTrace, type LoadOptions, type LoadedTrace } from '../../src/trace/load';
import { FakeFiles } from './files';
import { bytesOf, fixture, Host, recordsOf, refused } from './support';

const IDENTITY = { place: '/traces/t', stamp: 'size and times' };
const text = bytesOf('I  1000,4\n L ffff800000000010,8\n M 2ffe,4\noops S 30,1\n==1== \n S 40,2\n L 1ff');

/** A host with files, whose trace changes when the test says so. */
class Launches {
  readonly files = new FakeFiles();
  stamp: string | undefined = IDENTITY.stamp;
  opened = 0;
  given: Host[] = [];

  async load(content: Uint8Array, options: LoadOptions = {}): Promise<LoadedTrace> {
    const host = new Host(content);
    this.given.push(host);
    const identify = async () => (this.stamp === undefined ? undefined : { place: IDENTITY.place, stamp: this.stamp });
    const source = { name: 'test.lackey', stream: host, sizeBytes: content.length, identify };
    return loadTrace(source, { files: this.files, keepFromBytes: 0, ...options });
  }

  /** The one kept file. */
  get kept(): { name: string; bytes: Uint8Array } {
    const [[name, bytes], ...more] = this.files.kept;
    assert.equal(more.length, 0);
    return { name, bytes };
  }
}

/** Everything that is known of a trace but how it came. */
function contentOf(trace: LoadedTrace): object {
  const { store, format, ...rest } = trace;
  const { id, title } = format;
  return {
    ...rest,
    id,
    title,
    reopened: undefined,
    counts: { ...store.counts },
    records: recordsOf(trace),
    store: undefined,
  };
}

describe('an imported trace that is kept', () => {
  for (const [name, content] of Object.entries({
    'a trace with everything odd in it': text,
    'the fixture with wide addresses': fixture('synth-wide.lackey.gz'),
  })) {
    it(`is opened again as it was: ${name}`, async () => {
      const launches = new Launches();
      const first = await launches.load(content);
      const again = await launches.load(content);
      assert.deepEqual([first.reopened, again.reopened], [false, true]);
      assert.deepEqual(contentOf(again), contentOf(first));
      assert.equal(launches.given[1].given, 0, 'no text was read');
    });
  }

  it('lets go of its files when it is disposed of', async () => {
    const launches = new Launches();
    for (const memoryBytes of [0, 0, Infinity]) (await launches.load(text, { memoryBytes })).store.dispose();
    assert.equal(launches.files.files.length, 3);
    assert.ok(launches.files.allDisposed);
  });

  it('is imported anew when the file has changed, and replaces what was kept', async () => {
    const launches = new Launches();
    await launches.load(text);
    launches.stamp = 'later';
    const changed = bytesOf(' L 10,1\n');
    assert.equal((await launches.load(changed)).reopened, false);
    const again = await launches.load(changed);
    assert.deepEqual([again.reopened, again.store.length], [true, 1]);
    assert.equal(launches.files.kept.size, 1);
  });

  it('is another one for every selection', async () => {
    const selections: LoadOptions[] = [
      {},
      { limit: 3 },
      { skip: 1 },
      { instructions: false },
      { addressBits: 57 },
      { format: 'lackey' },
    ];
    const launches = new Launches();
    const first: LoadedTrace[] = [];
    for (const selection of selections) first.push(await launches.load(text, selection));
    for (const [i, selection] of selections.entries()) {
      const again = await launches.load(text, selection);
      assert.ok(again.reopened);
      assert.deepEqual(contentOf(again), contentOf(first[i]));
    }
  });

  describe('is not kept', () => {
    const notKept = (name: string, prepare: (launches: Launches) => LoadOptions | undefined) =>
      it(name, async () => {
        const launches = new Launches();
        const options = prepare(launches);
        const trace = await launches.load(text, options);
        assert.equal(recordsOf(trace).length, 6);
        assert.equal(launches.files.kept.size, 0);
        assert.equal((await launches.load(text, options)).reopened, false);
      });

    notKept('if it is small', () => ({ keepFromBytes: 1 << 20 }));
    notKept('if the host cannot say when the file changes', (launches) => {
      launches.stamp = undefined;
      return undefined;
    });
    notKept('if there is no room', (launches) => {
      launches.files.room = 0;
      return undefined;
    });
    notKept('if there is no room for the end of it', (launches) => {
      launches.files.room = 500;
      return undefined;
    });
    notKept('if the host has no file to give', (launches) => {
      launches.files.create = () => undefined;
      return undefined;
    });

    it('if the file changed while it was read', async () => {
      const launches = new Launches();
      const onProgress = (): void => void (launches.stamp = `${launches.stamp}.`);
      await launches.load(text, { onProgress });
      assert.equal(launches.files.kept.size, 0);
    });
  });

  it('a load that fails, or is cancelled, keeps nothing and lets go of its file', async () => {
    const launches = new Launches();
    const long = bytesOf(' L 10,1\n'.repeat(40_000));
    const damaged = bytesOf(`${' L 10,1\n'.repeat(40_000)} L 10,0\n`);
    await refused(launches.load(damaged), 'bad-size');
    const cancel = new AbortController();
    const onProgress = ({ bytesRead }: { bytesRead: number }): void => void (bytesRead > 0 && cancel.abort());
    await refused(launches.load(long, { signal: cancel.signal, onProgress }), 'cancelled');
    assert.equal(launches.files.kept.size, 0);
    assert.ok(launches.files.allDisposed);
  });

  describe('that is damaged', () => {
    /** What is kept after `damage` is never believed: the next launch imports, or gives exactly the same. */
    const survives = async (damage: (bytes: Uint8Array) => Uint8Array): Promise<void> => {
      const launches = new Launches();
      const first = await launches.load(text);
      const { name, bytes } = launches.kept;
      launches.files.kept.set(name, damage(bytes));
      const again = await launches.load(text);
      try {
        assert.deepEqual(contentOf(again), contentOf(first));
      } catch (error) {
        // A chunk is looked at when it is wanted. Then it says so, and the next launch imports.
        if (!again.reopened) throw error;
        assert.match(String(error), /test\.lackey: what was imported of this trace cannot be read back/);
        const third = await launches.load(text);
        assert.equal(third.reopened, false);
        assert.deepEqual(contentOf(third), contentOf(first));
      }
    };

    it('by being cut off anywhere, is imported anew', async () => {
      const launches = new Launches();
      await launches.load(text);
      const { length } = launches.kept.bytes;
      for (let end = 0; end < length; end += 7) await survives((bytes) => bytes.slice(0, end));
    });

    it('in any bit, is imported anew or says that it is lost', async () => {
      await fc.assert(
        fc.asyncProperty(fc.nat(), fc.nat(7), async (place, bit) => {
          await survives((bytes) => {
            const flipped = bytes.slice();
            flipped[place % bytes.length] ^= 1 << bit;
            return flipped;
          });
        }),
        { numRuns: 300 },
      );
    });

    it('by being anything at all, is imported anew', async () => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), (anything) => survives(() => anything)),
        { numRuns: 100 },
      );
    });

    it('by something in front of it or behind it, is imported anew', async () => {
      const zeros = [...new Uint8Array(64)];
      await survives((bytes) => Uint8Array.from([...zeros, ...bytes]));
      await survives((bytes) => Uint8Array.from([...bytes, ...zeros]));
    });
  });
});
