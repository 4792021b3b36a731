import { parseAllDocuments } from 'yaml'
import {
  type AtriumDocument,
  apiVersion,
  type DocumentKind,
  documentKinds,
  identityOf,
  idOf,
  type PlacedDocument,
} from './document.ts'
import type { Source } from './files.ts'
import { kindOf } from './kinds/index.ts'
import { checkShape, isObject, object, oneOf, type Problem, required, text, texts } from './shape.ts'

/** Against texts that grow exponentially when they are read. */
const MOST_ALIASES = 50

/** Every document of the sources, in the order their kinds depend on each other. Throws naming all that is wrong with any of them. */
export function parseSources(sources: readonly Source[]): PlacedDocument[] {
  const read = sources.flatMap(readSource)
  const documents = read.flatMap(({ document, place }) => (document ? [{ document, place }] : []))
  const problems = [
    ...read.flatMap(({ problems, place }) => problems.map((one) => tell(place, one))),
    ...doubled(documents),
  ]
  if (problems.length > 0) throw new Error(`Nothing was applied:\n${problems.map((one) => `  ${one}`).join('\n')}`)
  const rank = ({ document }: PlacedDocument): number => documentKinds.indexOf(document.kind)
  return documents.toSorted((one, other) => rank(one) - rank(other))
}

const tell = (place: string, { path, message }: Problem): string =>
  `${place}: ${path === '' ? '' : `${path}: `}${message}`

interface ReadDocument {
  place: string
  document?: AtriumDocument
  problems: Problem[]
}

function readSource({ name, content }: Source): ReadDocument[] {
  const parsed = parseAllDocuments(content, { uniqueKeys: true, stringKeys: true })
  if (!Array.isArray(parsed)) return []
  const many = parsed.length > 1
  return parsed.flatMap((one, index): ReadDocument[] => {
    const place = many ? `${name}, document ${index + 1}` : name
    const [error] = one.errors
    if (error) return [{ place, problems: [{ path: '', message: error.message.trimEnd() }] }]
    try {
      const value: unknown = one.toJS({ maxAliasCount: MOST_ALIASES })
      // `---` at the end, or comments alone.
      return value === null || value === undefined ? [] : [{ place, ...checkDocument(value) }]
    } catch (failure) {
      return [{ place, problems: [{ path: '', message: `cannot be read: ${String(failure)}` }] }]
    }
  })
}

/** The document, when nothing is wrong with it. */
export function checkDocument(value: unknown): { document?: AtriumDocument; problems: Problem[] } {
  if (!isObject(value))
    return { problems: [{ path: '', message: `is no document. Begin with: apiVersion: ${apiVersion}` }] }
  const head = [
    ...checkShape(value['apiVersion'], required(oneOf(apiVersion)), 'apiVersion'),
    ...checkShape(value['kind'], required(oneOf(...documentKinds)), 'kind'),
  ]
  if (head.length > 0) return { problems: head }
  const kind = value['kind'] as DocumentKind
  const { spec, check, scopes, isLabelled } = kindOf(kind)
  const metadata = required(
    object({
      name: required(text),
      ...(scopes.includes('project') && { project: text }),
      ...(scopes.includes('tenant') && scopes.includes('project') && { scope: oneOf('tenant') }),
      ...(isLabelled && { labels: texts, annotations: texts }),
    }),
  )
  const shape = object({ apiVersion: text, kind: text, metadata, spec })
  const problems = checkShape(value, shape, '')
  if (problems.length > 0) return { problems }
  // The shape was checked just now, by data that the compiler does not read.
  const document = { ...value, spec: value['spec'] ?? {} } as unknown as AtriumDocument
  const deeper = check?.(document) ?? []
  return deeper.length > 0 ? { problems: deeper } : { document, problems: [] }
}

function doubled(documents: readonly PlacedDocument[]): string[] {
  const first = new Map<string, string>()
  return documents.flatMap(({ document, place }) => {
    const identity = identityOf(document)
    const before = first.get(identity)
    first.set(identity, before ?? place)
    return before === undefined
      ? []
      : [`${place}: ${idOf(document)} is declared in ${before} already. Keep one of them.`]
  })
}
