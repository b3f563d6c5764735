/** Small words that all files of names share. */
import type { MemberValue, Value } from '../values';

export const member = (name: string, get: () => Value, as?: MemberValue['as']): MemberValue => ({ name, get, as });
export const hex = (n: number | bigint): string => '0x' + n.toString(16);
