import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { plainColour } from '../../webview/shared/export/colour';
import { fitText, groupHex, sizeText } from '../../webview/shared/text';

const WEBVIEW = join(__dirname, '../../webview');

describe('texts of the Walk view', () => {
  it('group the digits of long numbers', () => {
    assert.equal(groupHex('0x0000555555400010'), '0x0000_5555_5540_0010');
    assert.equal(groupHex('0x1000'), '0x1000');
    assert.equal(groupHex('0x5555_5540_0000'), '0x5555_5540_0000');
    assert.equal(groupHex('0x12345'), '0x1_2345');
  });

  it('name sizes in their units', () => {
    assert.equal(sizeText(4096), '4 KiB');
    assert.equal(sizeText(2 ** 21), '2 MiB');
  });

  it('are cut with an ellipsis, or left out where not even that fits', () => {
    assert.equal(fitText('PUD+PMD', 'ui', 12, 100), 'PUD+PMD');
    assert.equal(fitText('PUD+PMD', 'ui', 12, 30), 'PUD…');
    assert.equal(fitText('PUD+PMD', 'ui', 12, 8), '');
  });

  it('write colours so that every program can read them', () => {
    assert.equal(plainColour('color(srgb 1 0.5 0)'), 'rgb(255, 128, 0)');
    assert.equal(plainColour('color(srgb 0 0 0 / 0.5)'), 'rgba(0, 0, 0, 0.5)');
    assert.equal(plainColour('rgb(1, 2, 3)'), 'rgb(1, 2, 3)');
  });
});

describe('the webviews', () => {
  const files = readdirSync(WEBVIEW, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));
  const source = (file: string): string => readFileSync(join(WEBVIEW, file), 'utf8');

  it('import the control toolkit in one module only', () => {
    const importers = files.filter((file) => source(file).includes('@vscode/webview-ui-toolkit'));
    assert.deepEqual(importers, [join('controls', 'controls.tsx')]);
  });

  it('have no inline styles and no raw HTML, which their content security policy would refuse', () => {
    for (const file of files) assert.doesNotMatch(source(file), /\bstyle=|dangerouslySetInnerHTML|innerHTML/, file);
  });
});
