/** Why a file cannot be read, in words, for the errors of Node and of VS Code. */
const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file',
  FileNotFound: 'there is no such file',
  EISDIR: 'this is a directory; a scenario (.ptscen) or a trace is needed',
  FileIsADirectory: 'this is a directory; a scenario (.ptscen) or a trace is needed',
  EACCES: 'it may not be read',
  NoPermissions: 'it may not be read',
};

export function fileProblem(error: unknown): string {
  const code = (error as { code?: string } | null)?.code ?? '';
  return REASONS[code] ?? (error instanceof Error ? error.message : String(error));
}
