import type { PackFiles } from './pack-files.ts'
import { type PackSummary, summaryOf } from './summary.ts'
import { readValues } from './values.ts'

/** A value that one of two packs has, or that differs; `undefined` where there is none. */
export interface ValueDifference {
  path: string
  old: unknown
  new: unknown
}

/** What another version of a pack changes. */
export interface PackDifference {
  /** Fields of the summary that are no lists of their own below. */
  fields: ValueDifference[]
  charts: ValueDifference[]
  manifests: ValueDifference[]
  images: { added: string[]; removed: string[] }
  values: ValueDifference[]
}

/** Throws `PackError` when a file of one of them cannot be read. */
export function packDifference(old: PackFiles, now: PackFiles): PackDifference {
  const [before, after] = [summaryOf(old), summaryOf(now)]
  return {
    fields: differences(restOf(before), restOf(after)),
    charts: differences(versionsOf(before), versionsOf(after)),
    manifests: differences(contentsOf(old), contentsOf(now)),
    images: {
      added: after.images.filter((image) => !before.images.includes(image)),
      removed: before.images.filter((image) => !after.images.includes(image)),
    },
    values: differences(readValues(old.values).get([]) ?? {}, readValues(now.values).get([]) ?? {}),
  }
}

const restOf = ({ charts: _charts, manifests: _manifests, images: _images, ...rest }: PackSummary): object => rest

const versionsOf = ({ charts }: PackSummary): object =>
  Object.fromEntries(charts.map(({ name, version }) => [name, version]))

const contentsOf = ({ manifests }: PackFiles): object =>
  Object.fromEntries(manifests.map(({ path, content }) => [path, content]))

/** Maps are compared key by key, everything else as a whole. */
function differences(old: unknown, now: unknown, path = ''): ValueDifference[] {
  if (isObject(old) && isObject(now)) {
    const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])]
    return keys.flatMap((key) => differences(old[key], now[key], path === '' ? key : `${path}.${key}`))
  }
  return JSON.stringify(old) === JSON.stringify(now) ? [] : [{ path, old, new: now }]
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
