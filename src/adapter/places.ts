/** Lines and files as the client counts and names them. Our lines count from 0; clients say what theirs do. */
import type { DebugProtocol } from '@vscode/debugprotocol';

export const baseName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

/** Drive letters come in both cases. */
const normal = (path: string): string => path.replace(/\\/g, '/').replace(/^[A-Za-z]:/, (drive) => drive.toLowerCase());

export class Places {
  linesStartAt1 = true;
  columnsStartAt1 = true;
  /** Paths of the program, as the launch request gave it, and of the files that it includes, by their numbers. */
  files: readonly string[] = [''];

  ourLine(line: number): number {
    return this.linesStartAt1 ? line - 1 : line;
  }

  clientLine(line: number): number {
    return this.linesStartAt1 ? line + 1 : line;
  }

  clientColumn(column: number): number {
    return this.columnsStartAt1 ? column + 1 : column;
  }

  /** Without a path, the program itself. */
  source(path = this.files[0]): DebugProtocol.Source {
    return { name: baseName(path), path };
  }

  /** Number of the file; `undefined` if it is no part of the program. */
  fileOf(source: DebugProtocol.Source): number | undefined {
    if (source.sourceReference) return undefined;
    const wanted = normal(source.path ?? '');
    const file = this.files.findIndex((path) => normal(path) === wanted);
    return file < 0 ? undefined : file;
  }
}
