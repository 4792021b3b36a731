import { messageOf } from '@atrium/runtime/base/errors.ts'
import { type Document, isScalar, parseAllDocuments, visit } from 'yaml'
import { fail, isObject } from './fields.ts'

/** A document of the values that describes machines. */
export interface PoolDocument {
  kind: string
  isControlPlane: boolean
  metadata: Record<string, unknown>
  spec: Record<string, unknown>
  document: Record<string, unknown>
  /** For messages: `….values[1]` is the second document. */
  path: string
}

const LONGEST_VALUES = 256 * 1024
const MOST_DOCUMENTS = 50
/** Against texts that grow exponentially when they are read. */
const MOST_ALIASES = 50

/** The documents of known kinds; others are their owners' business and stay as they are. */
export const readDocuments = (values: unknown, path: string): PoolDocument[] => {
  if (typeof values !== 'string') return fail(path, 'must be YAML text')
  if (values.length > LONGEST_VALUES) return fail(path, `is longer than ${LONGEST_VALUES / 1024} KiB`)
  const documents = toValue(() => parseAllDocuments(values, { uniqueKeys: false, stringKeys: true }), path)
  if (!Array.isArray(documents)) return []
  if (documents.length > MOST_DOCUMENTS) return fail(path, `holds more than ${MOST_DOCUMENTS} documents`)
  return documents.flatMap((document, index) => {
    const where = documents.length > 1 ? `${path}[${index}]` : path
    const [error] = document.errors
    if (error !== undefined) return fail(where, `is not valid YAML: ${error.message.split('\n')[0]}`)
    const doubled = toValue(() => doubledKey(document), where)
    if (doubled !== null) return fail(where, `is not valid YAML: key '${doubled}' is there twice`)
    return poolDocument(
      toValue(() => document.toJS({ maxAliasCount: MOST_ALIASES }), where),
      where,
    )
  })
}

/** The library's own check compares each key with all before it: of fifty thousand that takes seconds. */
const doubledKey = (document: Document): string | null => {
  let doubled: string | null = null
  visit(document, {
    Map(_place, { items }) {
      const seen = new Set<string>()
      for (const { key } of items) {
        const name = isScalar(key) ? String(key.value) : ''
        if (seen.has(name)) {
          doubled = name.slice(0, 60)
          return visit.BREAK
        }
        seen.add(name)
      }
      return undefined
    },
  })
  return doubled
}

const toValue = <T>(read: () => T, path: string): T => {
  try {
    return read()
  } catch (error) {
    return fail(path, `cannot be read: ${messageOf(error)}`)
  }
}

const poolDocument = (document: unknown, path: string): PoolDocument[] => {
  if (document === null || document === undefined) return []
  if (!isObject(document)) return fail(path, 'must be an object with apiVersion and kind')
  const { kind, metadata, spec } = document
  if (typeof kind !== 'string' || kind === '') return fail(`${path}.kind`, 'is required')
  const isControlPlane = kind.endsWith('ControlPlane')
  if (!isControlPlane && kind !== 'MachineDeployment') return []
  if (!isObject(metadata)) return fail(`${path}.metadata`, 'is required')
  if (!isObject(spec)) return fail(`${path}.spec`, 'is required')
  return [{ kind, isControlPlane, metadata, spec, document, path }]
}
