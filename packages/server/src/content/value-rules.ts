import type { PackSpec } from '@atrium/api/kinds/pack.ts'
import { readRule, type ValueRule } from '@atrium/pack/format/values-schema.ts'

/** The rules of a pack's `schema.yaml`, as the catalogue keeps them. */
export const rulesOf = (schema: PackSpec['schema']): ValueRule[] =>
  Object.entries(schema ?? {}).flatMap(([path, entry]) => {
    const text = (entry as { schema?: unknown } | null)?.schema
    return typeof text === 'string' ? [readRule(path, text)] : []
  })
