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
export { inlayHints, type InlayHint } from './inlayHints';
export { inlineExpressions, type InlineExpression } from './inlineValues';
export { occurrencesAt, renameProblem, type NameOccurrences, type Occurrence } from './occurrences';
export { selectionRanges } from './selection';
export {
  semanticTokens,
  TOKEN_MODIFIERS,
  TOKEN_TYPES,
  type SemanticToken,
  type TokenModifier,
  type TokenType,
} from './semanticTokens';
export { signaturesAt, type Signature } from './signature';
