/** References, highlights and renaming of what scenarios bind: regions, processes, constants; in all files of a scenario. */
import * as vscode from 'vscode';
import { LANGUAGES } from '../../protocol/names';
import { occurrencesAt, renameProblem, type Occurrence } from '../../scenario/language/services';
import type { Sources } from '../../scenario/language/sources';
import { programOf, uriOf } from '../debug/activeProgram';
import { fromEditorPosition, toEditorRange } from './convert';
import type { Documents } from './documents';

export function registerOccurrences(documents: Documents): vscode.Disposable {
  const { languages } = vscode;
  return vscode.Disposable.from(
    languages.registerReferenceProvider(LANGUAGES.scenario, {
      provideReferences: async (document, position, { includeDeclaration }) =>
        (await everywhere(documents, document, position)).flatMap(({ uri, occurrence: { range, binds } }) =>
          binds && !includeDeclaration ? [] : [new vscode.Location(uri, toEditorRange(range))],
        ),
    }),
    languages.registerDocumentHighlightProvider(LANGUAGES.scenario, {
      async provideDocumentHighlights(document, position) {
        const found = occurrencesAt(await documents.sourcesOf(document), 0, fromEditorPosition(position));
        return found?.occurrences.filter(({ file }) => file === 0).map(highlightOf);
      },
    }),
    languages.registerRenameProvider(LANGUAGES.scenario, {
      async prepareRename(document, position) {
        const found = occurrencesAt(await documents.sourcesOf(document), 0, fromEditorPosition(position));
        if (!found)
          throw new Error('Only what the scenario itself binds can be renamed: regions, processes, constants.');
        return { range: toEditorRange(found.range), placeholder: found.name };
      },
      provideRenameEdits: (document, position, name) => rename(documents, document, position, name),
    }),
  );
}

const highlightOf = ({ range, binds }: Occurrence): vscode.DocumentHighlight =>
  new vscode.DocumentHighlight(
    toEditorRange(range),
    binds ? vscode.DocumentHighlightKind.Write : vscode.DocumentHighlightKind.Read,
  );

interface Place {
  uri: vscode.Uri;
  occurrence: Occurrence;
}

/** The scenarios in which the document's name has a meaning, each with what the document is there. */
async function* scenarios(documents: Documents, document: vscode.TextDocument): AsyncGenerator<[Sources, number]> {
  const path = programOf(document.uri);
  for (const sources of await documents.scenariosWith(document))
    yield [sources, sources.files.findIndex((file) => file.path === path)];
}

/** In this file, in those that it includes, and in those that include it; each place once. */
async function everywhere(
  documents: Documents,
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<Place[]> {
  const places = new Map<string, Place>();
  for await (const [sources, file] of scenarios(documents, document)) {
    const found = occurrencesAt(sources, file, fromEditorPosition(position));
    for (const occurrence of found?.occurrences ?? []) {
      const { path } = sources.files[occurrence.file];
      const { line, column } = occurrence.range.start;
      places.set(`${path}:${line}:${column}`, { uri: uriOf(path), occurrence });
    }
  }
  return [...places.values()];
}

async function rename(
  documents: Documents,
  document: vscode.TextDocument,
  position: vscode.Position,
  name: string,
): Promise<vscode.WorkspaceEdit> {
  for await (const [sources, file] of scenarios(documents, document)) {
    const found = occurrencesAt(sources, file, fromEditorPosition(position));
    const problem = found && renameProblem(sources, found, name);
    if (problem !== undefined) throw new Error(problem);
  }
  const edit = new vscode.WorkspaceEdit();
  for (const { uri, occurrence } of await everywhere(documents, document, position))
    edit.replace(uri, toEditorRange(occurrence.range), name);
  return edit;
}
