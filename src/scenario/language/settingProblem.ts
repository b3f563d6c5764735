/** Why the value of a machine setting cannot be used: the answer of a reader that has no config to give. */
import type { Word } from './ast';
import type { CodeName } from './codes';

export interface SettingProblem {
  problem: CodeName;
  message: string;
  /** The word at fault; absent: the whole line. */
  word?: Word;
  suggestion?: string;
}
