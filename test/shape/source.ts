import { dirname, join, normalize } from 'node:path'
import ts from 'typescript'
import { readRepositoryFile } from './repository.ts'

export interface Import {
  specifier: string
  typeOnly: boolean
}

/** What a source file tells about itself. */
export interface Source {
  path: string
  lines: number
  imports: Import[]
  /** Functions by where they start; groups of tests (`describe`) are lists, not functions. */
  functions: { line: number; lines: number }[]
  /** Lines with something that no lint rule of ours can see. */
  findings: { line: number; what: string }[]
}

/** Parses one TypeScript file. */
export const readSource = (path: string): Source => {
  const text = readRepositoryFile(path).toString('utf8')
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const source: Source = { path, lines: text.trimEnd().split('\n').length, imports: [], functions: [], findings: [] }
  const lineOf = (position: number): number => file.getLineAndCharacterOfPosition(position).line + 1
  const visit = (node: ts.Node): void => {
    const found = importOf(node)
    if (found !== null) source.imports.push(found)
    if (ts.isFunctionLike(node) && !isTestGroup(node))
      source.functions.push({ line: lineOf(node.getStart()), lines: lineOf(node.end) - lineOf(node.getStart()) + 1 })
    const what = findingOf(node)
    if (what !== null) source.findings.push({ line: lineOf(node.getStart()), what })
    ts.forEachChild(node, visit)
  }
  visit(file)
  return source
}

/** A relative import as a path from the root; null for a package. */
export const resolveImport = (path: string, specifier: string): string | null =>
  specifier.startsWith('.') ? normalize(join(dirname(path), specifier)) : null

/** The package of a bare import: `@atrium/api/errors.ts` → `@atrium/api`; `node:fs` stays. */
export const packageOf = (specifier: string): string => {
  if (specifier.startsWith('node:')) return specifier
  const [scope = '', name = ''] = specifier.split('/')
  return scope.startsWith('@') ? `${scope}/${name}` : scope
}

const importOf = (node: ts.Node): Import | null => {
  if (ts.isImportDeclaration(node)) {
    const clause = node.importClause
    const named = clause?.namedBindings
    const allTypes =
      named !== undefined &&
      ts.isNamedImports(named) &&
      clause?.name === undefined &&
      named.elements.length > 0 &&
      named.elements.every((element) => element.isTypeOnly)
    return textOf(node.moduleSpecifier, clause?.isTypeOnly === true || allTypes)
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined)
    return textOf(node.moduleSpecifier, node.isTypeOnly)
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return textOf(node.argument.literal, true)
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return textOf(node.arguments[0], false)
  return null
}

const textOf = (node: ts.Node | undefined, typeOnly: boolean): Import | null =>
  node !== undefined && ts.isStringLiteralLike(node) ? { specifier: node.text, typeOnly } : null

/** A function whose own statements are tests: the callback of a `describe`, or a suite handed to several callers. */
const isTestGroup = (node: ts.SignatureDeclaration): boolean => {
  const body = 'body' in node ? node.body : undefined
  return (
    body !== undefined &&
    ts.isBlock(body) &&
    body.statements.some(
      (statement) =>
        ts.isExpressionStatement(statement) && /^(test|it|describe)\b/.test(statement.expression.getText()),
    )
  )
}

const findingOf = (node: ts.Node): string | null => {
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && (node.arguments?.length ?? 0) === 0)
    return 'new Date() reads the time: take a Clock'
  if (
    ts.isAsExpression(node) &&
    ts.isAsExpression(node.expression) &&
    node.expression.type.kind === ts.SyntaxKind.UnknownKeyword &&
    !hasReason(node)
  )
    return 'as unknown as: nothing the compiler can check; if it must be, a comment above says why'
  return null
}

/** A comment on the same line or the one before. */
const hasReason = (node: ts.Node): boolean => {
  const file = node.getSourceFile()
  const lines = file.text.split('\n')
  const { line } = file.getLineAndCharacterOfPosition(node.getStart())
  return [lines[line - 1], lines[line]].some((text) => text !== undefined && /\/\/|\*/.test(text))
}
