/** What a statement, a function or a key takes, while it is being written. */
import * as vscode from 'vscode';
import { LANGUAGES } from '../../protocol/names';
import { signaturesAt, type Signature } from '../../scenario/language/services';
import { fromEditorPosition } from './convert';

export function registerSignatures(): vscode.Disposable {
  const provideSignatureHelp = (
    document: vscode.TextDocument,
    position: vscode.Position,
  ): vscode.SignatureHelp | undefined => {
    const signatures = signaturesAt(document.getText(), fromEditorPosition(position));
    if (signatures.length === 0) return undefined;
    const help = new vscode.SignatureHelp();
    help.signatures = signatures.map(informationOf);
    help.activeSignature = 0;
    help.activeParameter = help.signatures[0]?.activeParameter ?? 0;
    return help;
  };
  return vscode.languages.registerSignatureHelpProvider(
    LANGUAGES.scenario,
    { provideSignatureHelp },
    { triggerCharacters: [' ', '('], retriggerCharacters: [',', ' ', ')'] },
  );
}

function informationOf({ label, documentation, parameters, active }: Signature): vscode.SignatureInformation {
  const information = new vscode.SignatureInformation(label, new vscode.MarkdownString(documentation));
  information.parameters = parameters.map((place) => new vscode.ParameterInformation(place));
  // One behind the last marks none.
  information.activeParameter = active < 0 ? parameters.length : active;
  return information;
}
