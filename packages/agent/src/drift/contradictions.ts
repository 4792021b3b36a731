import type { StatusCause } from '@atrium/kube/errors.ts'
import { isRecord } from '@atrium/kube/object.ts'

/** One step of a JSON patch against the live object. */
export interface Replacement {
  op: 'replace'
  path: string
  value: unknown
}

/**
 * What of the live object contradicts the declaration, by the causes the server named: entries of lists (a second port of
 * the same name, a volume of another type) and objects with a field that forbids a declared one. Each is replaced by what
 * is declared; entries and fields that the causes do not concern stay with whoever made them. Pure.
 */
export function contradictions(live: unknown, declared: unknown, causes: readonly StatusCause[]): Replacement[] {
  const found = new Map<string, Replacement>()
  for (const cause of causes) {
    const tokens = tokensOf(cause.field)
    const replacement =
      cause.reason === 'FieldValueDuplicate'
        ? duplicate(live, declared, tokens, cause)
        : nearest(live, declared, tokens)
    if (replacement) found.set(replacement.path, replacement)
  }
  return [...found.values()]
}

type Token = string | number
interface Place {
  live: unknown
  declared: unknown
  path: string
}

/** `spec.ports[1].name` → spec, ports, 1, name. */
const tokensOf = (field: string): Token[] =>
  [...field.matchAll(/\[([^\]]*)\]|[^.[\]]+/g)].map(([text, inside]) => {
    const token = inside ?? text
    return /^\d+$/.test(token) ? Number(token) : token
  })

const escaped = (token: Token): string => String(token).replaceAll('~', '~0').replaceAll('/', '~1')

/** Both sides at a place; entries of lists belong together by name, those without by position. Null where one side ends. */
function placeOf(live: unknown, declared: unknown, tokens: readonly Token[]): Place | null {
  let place: Place = { live, declared, path: '' }
  for (const token of tokens) {
    const next = step(place, token)
    if (!next) return null
    place = { ...next, path: `${place.path}/${escaped(token)}` }
  }
  return place
}

function step({ live, declared }: Place, token: Token): Omit<Place, 'path'> | null {
  if (isRecord(live) && isRecord(declared)) return { live: live[token], declared: declared[token] }
  if (!Array.isArray(live) || !Array.isArray(declared) || typeof token !== 'number') return null
  const entry: unknown = live[token]
  const name = isRecord(entry) ? entry.name : undefined
  const partner: unknown =
    name === undefined ? declared[token] : declared.find((one) => isRecord(one) && one.name === name)
  return entry === undefined || partner === undefined ? null : { live: entry, declared: partner }
}

/** The live entry that has what a declared one must have alone. */
function duplicate(live: unknown, declared: unknown, tokens: readonly Token[], cause: StatusCause): Replacement | null {
  const at = tokens.findLastIndex((token) => typeof token === 'number')
  const field = tokens[at + 1]
  const list = at < 0 || field === undefined ? null : placeOf(live, declared, tokens.slice(0, at))
  if (!list || !Array.isArray(list.live) || !Array.isArray(list.declared) || field === undefined) return null
  const isMeant = (entry: unknown): boolean =>
    isRecord(entry) && cause.message.endsWith(`: ${JSON.stringify(entry[field])}`)
  const index = list.live.findIndex(isMeant)
  const value: unknown = list.declared.find(isMeant)
  return index < 0 || value === undefined ? null : { op: 'replace', path: `${list.path}/${index}`, value }
}

/** The innermost object around the cause, unless replacing it would take list entries from somebody else; never the whole of `spec`. */
function nearest(live: unknown, declared: unknown, tokens: readonly Token[]): Replacement | null {
  const entryEnd = tokens.findLastIndex((token) => typeof token === 'number') + 1
  const end = Math.max(entryEnd, tokens.length - 1)
  const place = end < 2 ? null : placeOf(live, declared, tokens.slice(0, end))
  if (!place || !isRecord(place.live) || !isRecord(place.declared)) return null
  const { live: now, declared: wanted } = place
  const foreign = Object.keys(now).filter((name) => !(name in wanted))
  // Within an entry the foreign fields are the other choice (a probe that became of another kind), lists in it included.
  const isChoice = entryEnd > 0 && end > entryEnd
  const kept = isChoice ? Object.fromEntries(Object.entries(now).filter(([name]) => name in wanted)) : now
  return foreign.length > 0 && !takesEntries(kept, wanted) ? { op: 'replace', path: place.path, value: wanted } : null
}

/** Whether a list of `live` holds more than its counterpart. */
function takesEntries(live: unknown, declared: unknown): boolean {
  if (Array.isArray(live)) {
    if (!Array.isArray(declared)) return live.length > 0
    return live.length > declared.length || live.some((item, index) => takesEntries(item, declared[index]))
  }
  return (
    isRecord(live) &&
    Object.entries(live).some(([name, value]) => takesEntries(value, isRecord(declared) ? declared[name] : undefined))
  )
}
