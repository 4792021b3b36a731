import type { Taint } from '@atrium/api/kinds/cluster.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { LABEL_KEY, LABEL_VALUE, TAINT_EFFECTS } from '../names.ts'

/** Refuses the request and names the field. */
export const fail = (field: string, why: string): never => {
  throw new AtriumError('InvalidRequest', `${field}: ${why}`, { details: { field } })
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Node labels; absent means none. */
export const readLabels = (value: unknown, field: string): Record<string, string> => {
  if (value === undefined || value === null) return {}
  if (!isObject(value)) return fail(field, 'must map label names to text')
  return Object.fromEntries(
    Object.entries(value).map(([key, text]) => {
      if (!LABEL_KEY.test(key)) fail(field, `${JSON.stringify(key)} is not a label name`)
      return [
        key,
        typeof text === 'string' && LABEL_VALUE.test(text)
          ? text
          : fail(`${field}.${key}`, 'must be a label value: text of letters, digits, -, _ and ., at most 63'),
      ]
    }),
  )
}

/** Node taints; absent means none. */
export const readTaints = (value: unknown, field: string): Taint[] => {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) return fail(field, 'must be a list of taints')
  return value.map((entry, index) => readTaint(entry, `${field}[${index}]`))
}

const readTaint = (entry: unknown, field: string): Taint => {
  if (!isObject(entry)) return fail(field, 'must have key, value and effect')
  const { key, value = '', effect } = entry
  const known = TAINT_EFFECTS.find((one) => one === effect)
  if (typeof key !== 'string' || !LABEL_KEY.test(key)) return fail(`${field}.key`, 'must be a label name')
  const text = value ?? ''
  if (typeof text !== 'string' || !LABEL_VALUE.test(text)) return fail(`${field}.value`, 'must be a label value')
  return { key, value: text, effect: known ?? fail(`${field}.effect`, `must be one of ${TAINT_EFFECTS.join(', ')}`) }
}
