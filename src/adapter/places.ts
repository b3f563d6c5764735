/** Lines and files as the client counts and names them. Our lines count from 0; clients say what theirs do. */
import type { DebugProtocol } from '@vscode/debugprotocol';

export const baseName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

/** Drive letters come in both cases. */
const normal = (path: string): string => path.replace(/\\/g, '/').replace(/^[A-Za-z]:/, (drive) => drive.toLowerCase());

export class Places {
  linesStartAt1 = true;
  /** Path of the program, as the launch request gave it. */
  program = '';

  ourLine(line: number): number {
    return this.linesStartAt1 ? line - 1 : line;
  }

  clientLine(line: number): number {
    return this.linesStartAt1 ? line + 1 : line;
  }

  programSource(): DebugProtocol.Source {
    return { name: baseName(this.program), path: this.program };
  }

  isProgram(source: DebugProtocol.Source): boolean {
    return source.sourceReference ? false : normal(source.path ?? '') === normal(this.program);
  }
}
