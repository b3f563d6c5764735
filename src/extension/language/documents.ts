/** The analysis of each open scenario, made once for each version of its text. */
import type { TextDocument } from 'vscode';
import { analyse, type Analysis } from '../../scenario/language/analysis';

interface Kept {
  version: number;
  analysis: Analysis;
}

export class Documents {
  private readonly kept = new WeakMap<TextDocument, Kept>();

  analysisOf(document: TextDocument): Analysis {
    const known = this.kept.get(document);
    if (known?.version === document.version) return known.analysis;
    const analysis = analyse(document.getText());
    this.kept.set(document, { version: document.version, analysis });
    return analysis;
  }
}
