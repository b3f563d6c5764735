/** Reading a scenario with every file that it includes, each once. What is wrong with one is known of its `include`. */
import { fileProblem } from './fileProblem';
import { parse } from './parser';
import { includesOf, type IncludeTarget, type SourceFile, type Sources } from './sources';

/** How texts are read. Paths are whatever the host's paths are. */
export interface TextFiles {
  readText(path: string): Promise<string>;
  /** `name` as a file of the scenario `from` names it. One file has one such path. */
  resolve(from: string, name: string): string;
}

/** More files than any scenario has; a host that gives one file many names must not keep us reading. */
const MAX_FILES = 1000;

const baseName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

const fileOf = (path: string, text: string): SourceFile => ({ path, text, parsed: parse(text), includes: new Map() });

/** `text` is what stands in `path`. Never rejects. */
export async function readSources(path: string, text: string, host: TextFiles): Promise<Sources> {
  const files = [fileOf(path, text)];
  if (includesOf(files[0].parsed).length === 0) return { files };
  const numbers = new Map([[host.resolve(path, baseName(path)), 0]]);

  async function find(from: SourceFile, name: string): Promise<IncludeTarget> {
    const at = host.resolve(from.path, name);
    const known = numbers.get(at);
    if (known !== undefined) return { file: known };
    if (files.length >= MAX_FILES) return { problem: `a scenario has at most ${MAX_FILES} files` };
    try {
      const file = fileOf(at, await host.readText(at));
      numbers.set(at, files.length);
      files.push(file);
      return { file: files.length - 1 };
    } catch (error) {
      return { problem: `${at}: ${fileProblem(error)}` };
    }
  }

  // The list grows while it is gone through.
  for (let i = 0; i < files.length; i++) {
    const includes = new Map<string, IncludeTarget>();
    for (const { file } of includesOf(files[i].parsed))
      if (!includes.has(file.value)) includes.set(file.value, await find(files[i], file.value));
    files[i] = { ...files[i], includes };
  }
  return { files };
}
