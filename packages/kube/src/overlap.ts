import { isRecord } from './object.ts'

/**
 * The part of `live` that `declared` speaks about. Entries of lists belong together by name, where they have one, and
 * otherwise by position; foreign ones with names are left out.
 */
export function overlap(live: unknown, declared: unknown): unknown {
  if (isRecord(live) && isRecord(declared)) {
    return Object.fromEntries(
      Object.keys(declared).flatMap((name) => (name in live ? [[name, overlap(live[name], declared[name])]] : [])),
    )
  }
  if (!Array.isArray(live) || !Array.isArray(declared)) return live
  if (![...live, ...declared].every((item) => isRecord(item) && typeof item.name === 'string'))
    return live.map((item, index) => (index < declared.length ? overlap(item, declared[index]) : item))
  return live.flatMap((item) => {
    const partner: unknown = declared.find((one) => isRecord(one) && isRecord(item) && one.name === item.name)
    return partner === undefined ? [] : [overlap(item, partner)]
  })
}
