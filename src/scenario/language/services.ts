/** Editor services as pure functions from text and place to plain data; the extension only hands them on. */
export { complete, type Completion, type CompletionKind } from './completion';
export { hover, type Hover } from './hover';
export {
  definition,
  documentSymbols,
  foldingRanges,
  type Definition,
  type DocumentSymbol,
  type FoldingRange,
  type SymbolKind,
} from './outline';
export { testOutline, type TestBlock, type TestOutline } from './tests';
export { fileNames, fileReferences, type FileReference } from './files';
