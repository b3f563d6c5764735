import assert from 'node:assert/strict';
import { expressionAt } from '../../src/extension/language/expressionAt';
import { analyse } from '../../src/scenario/language/analysis';

/** The text of the expression at the bar in `line`, in a file that knows a heap. */
function at(line: string): string | undefined {
  const column = line.indexOf('|');
  const text = `process p\nmmap heap 1MiB rw anon\n${line.replace('|', '')}\n`;
  const found = expressionAt(analyse(text), { line: 2, column });
  return found && text.split('\n')[2]?.slice(found.range.start.column, found.range.end.column);
}

describe('the expression under the mouse', () => {
  it('is the whole sum of an address', () => {
    assert.equal(at('write he|ap+0x1000'), 'heap+0x1000');
    assert.equal(at('write heap+0x1|000'), 'heap+0x1000');
  });

  it('is what stands there in a comparison', () => {
    assert.equal(at('expect walk(heap).re|fs == 3'), 'walk(heap).refs');
    assert.equal(at('expect walk(he|ap).refs == 3'), 'heap');
    assert.equal(at('expect walk(heap).refs == |3'), '3');
  });

  it('is nothing on a keyword or in a comment', () => {
    assert.equal(at('wr|ite heap'), undefined);
    assert.equal(at('# he|ap'), undefined);
  });
});
