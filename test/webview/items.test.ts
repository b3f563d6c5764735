import assert from 'node:assert/strict';
import { attemptsOf } from '../../webview/picture/model/attempts';
import { itemsOf } from '../../webview/picture/model/items';
import { summarySentence } from '../../webview/picture/model/sentences';
import { fullWalk, walkFromCache } from './pictures';

function items(picture = fullWalk) {
  const [attempt] = attemptsOf(picture);
  assert.ok(attempt);
  return itemsOf(picture, attempt);
}

describe('items of the Walk view', () => {
  it('stand in order of time: look-ups, reads, result', () => {
    const ids = [
      'lookup-0',
      'lookup-1',
      'lookup-2',
      'lookup-3',
      'lookup-4',
      'read-0',
      'read-1',
      'read-2',
      'read-3',
      'result',
    ];
    assert.deepEqual(
      items().map(({ id }) => id),
      ids,
    );
  });

  it('are past before the cursor, now at it, and future behind it', () => {
    const times = Object.fromEntries(items().map(({ id, when }) => [id, when]));
    assert.equal(times['read-1'], 'past');
    assert.equal(times['read-2'], 'now');
    assert.equal(times['read-3'], 'future');
  });

  it('leave out levels that were not read', () => {
    assert.deepEqual(
      items(walkFromCache)
        .filter(({ kind }) => kind === 'read')
        .map(({ id }) => id),
      ['read-3'],
    );
  });

  it('have no event and are all past in a walk that is not on the tape', () => {
    const inspected = { ...fullWalk, cursor: { tick: 0, event: -1, events: 0 } };
    for (const { event, when } of items(inspected)) assert.deepEqual([event, when], [undefined, 'past']);
  });

  it('say what is shown where there is no access', () => {
    const sentence = (kind: 'work' | 'lastAccess' | 'lastPage', more = {}): string =>
      summarySentence({ ...fullWalk, aside: { kind, statement: 'munmap heap', ...more } }, undefined);
    assert.match(sentence('lastAccess', { ticksAgo: 1 }), /^munmap heap\. .* the last one, 1 tick ago, .*write heap/);
    assert.match(sentence('work', { doing: 'free_pgtables' }), /the page that free_pgtables works on/);
    assert.match(sentence('lastPage'), /far back/);
  });

  it('say in a sentence what they show', () => {
    const sentence = items().find(({ id }) => id === 'read-0')?.sentence;
    assert.equal(sentence, 'PGD entry 170 at 0x1550 is 0x0000000000003067: table at 0x3000, flags P RW US A, 4 cycles');
    assert.match(summarySentence(fullWalk, sentence), /^write heap\+0x10, event 9 of 12\. PGD entry 170/);
  });
});
