import type { KnownValues } from './known-values.ts'
import type { Placed } from './placed.ts'

/** A value that does not do what it was written for. */
export interface LostValue {
  /** Below the values of the chart or manifest. */
  path: string[]
  offset: number
  why: 'unknown' | 'not-a-map'
}

/** Values that nothing reads, each at the topmost key that is unknown. */
export function lostValues(given: Placed, known: KnownValues): LostValue[] {
  const lost: LostValue[] = []
  const walk = (node: Placed, path: string[]): void => {
    for (const [key, { offset, value }] of node.fields ?? []) {
      const here = [...path, key]
      const knowledge = known.at(here)
      if (knowledge === 'unknown') lost.push({ path: here, offset, why: 'unknown' })
      if (knowledge !== 'known') continue
      if (value.fields) walk(value, here)
      else if (isSingle(value) && known.hasMapAt(here)) lost.push({ path: here, offset, why: 'not-a-map' })
    }
  }
  walk(given, [])
  return lost
}

/** Helm keeps its map and drops what is none; `null` takes the map away, which is meant. */
const isSingle = (value: Placed): boolean =>
  value.items !== null || (value.scalar !== null && value.scalar !== undefined)
