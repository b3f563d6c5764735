/** Open an Example: what there is, with what each shows. One looks at them in place, or copies them and changes them. */
import * as vscode from 'vscode';
import { copyExamples } from './copyExamples';
import { exampleUri } from './exampleFiles';
import { type Example, EXAMPLE_GROUPS } from './examples';

interface ExampleItem extends vscode.QuickPickItem {
  example?: Example;
}

const COPY: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('copy'),
  tooltip: 'Copy to a folder, to change it',
};
const COPY_ALL: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('folder'),
  tooltip: 'Copy all examples to a folder',
};

export async function openExample(extensionUri: vscode.Uri, wanted: unknown): Promise<void> {
  const folder = vscode.Uri.joinPath(extensionUri, 'examples');
  const all = EXAMPLE_GROUPS.flatMap(({ examples }) => examples);
  const named = all.find(({ file }) => file === wanted);
  if (named) return show(named);
  const choice = await choose();
  if (choice === undefined) return;
  if (choice.action === 'open') return show(choice.examples[0]);
  await copyExamples(folder, choice.examples);
}

interface Choice {
  action: 'open' | 'copy';
  examples: [Example, ...Example[]];
}

function choose(): Promise<Choice | undefined> {
  const pick = vscode.window.createQuickPick<ExampleItem>();
  pick.title = 'ptscope: Examples';
  pick.placeholder = 'Open an example, read-only; the button beside it copies it';
  pick.matchOnDescription = pick.matchOnDetail = true;
  pick.items = EXAMPLE_GROUPS.flatMap(({ title, examples }): ExampleItem[] => [
    { label: title, kind: vscode.QuickPickItemKind.Separator },
    ...examples.map((example) => ({
      ...{ label: example.title, description: example.file, detail: example.shows },
      ...{ buttons: [COPY], example },
    })),
  ]);
  pick.buttons = [COPY_ALL];
  return new Promise((resolve) => {
    const end = (choice: Choice | undefined): void => {
      resolve(choice);
      pick.hide();
    };
    pick.onDidAccept(() => {
      const example = pick.activeItems[0]?.example;
      if (example) end({ action: 'open', examples: [example] });
    });
    pick.onDidTriggerItemButton(({ item: { example } }) => {
      if (example) end({ action: 'copy', examples: [example] });
    });
    pick.onDidTriggerButton(() => {
      const [first, ...rest] = EXAMPLE_GROUPS.flatMap(({ examples }) => examples);
      if (first) end({ action: 'copy', examples: [first, ...rest] });
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

async function show({ file }: Example): Promise<void> {
  await vscode.window.showTextDocument(exampleUri(file), { preview: false });
}
