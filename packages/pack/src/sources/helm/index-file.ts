import { parse } from 'yaml'
import { packError } from '../../format/problems.ts'
import { compareVersions, isVersion } from '../../format/version.ts'

/** One version of a chart, as `index.yaml` lists it. */
export interface ChartEntry {
  name: string
  version: string
  /** Absolute. */
  url: string
  /** SHA-256 of the archive, hex; empty when the index does not say. */
  digest: string
  description: string
}

export const helmLimits = {
  indexBytes: 32 * 1024 * 1024,
  /** Text of one chart's entries. */
  entryChars: 2 * 1024 * 1024,
  versionsOfChart: 20,
  charts: 2000,
} as const

const NAME = /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/
const DIGEST = /^(?:sha256:)?([0-9a-f]{64})$/

export interface HelmIndex {
  charts: ChartEntry[]
  /** How many are beyond the limits. */
  leftOut: number
}

/**
 * The newest versions of each chart in the text of an `index.yaml` that lies at `base`; with `only`, every version of that chart, deprecated
 * ones too: somebody names one. Throws `PackError` on what is no index.
 */
export function readHelmIndex(text: string, base: string, only?: string): HelmIndex {
  const charts: ChartEntry[] = []
  let leftOut = 0
  // Chart by chart: all of a long one would not fit into memory.
  for (const part of partsOf(text)) {
    for (const [name, entries] of Object.entries(entriesOf(part))) {
      if (only !== undefined && name !== only) continue
      const given = Array.isArray(entries) ? entries : []
      const versions = given.flatMap((entry) => readEntry(name, entry, base, only !== undefined))
      const room =
        only === undefined ? Math.min(helmLimits.versionsOfChart, helmLimits.charts - charts.length) : versions.length
      charts.push(...versions.sort((a, b) => compareVersions(b.version, a.version)).slice(0, room))
      leftOut += Math.max(0, versions.length - room)
    }
  }
  return { charts, leftOut }
}

/** The text of each chart's entries; the whole text where it is small or not written as helm writes it. */
function partsOf(text: string): string[] {
  const start = /^entries:[ \t]*\r?\n/m.exec(text)
  if (text.length <= 256 * 1024 || start === null) {
    if (text.length > helmLimits.entryChars)
      throw packError('index.yaml', 'is not written as helm writes it, and too long')
    return [text]
  }
  const body = text.slice(start.index + start[0].length).split(/^(?=\S)/m, 1)[0] ?? ''
  return body
    .split(/^(?=  [^\s#-])/m)
    .filter((part) => part.trim() !== '')
    .map((part) => {
      if (part.length > helmLimits.entryChars) throw packError('index.yaml', 'lists too much of one chart')
      return `entries:\n${part}`
    })
}

function entriesOf(text: string): Record<string, unknown> {
  let index: unknown
  try {
    index = parse(text, { maxAliasCount: 0, logLevel: 'error' })
  } catch (cause) {
    throw packError('index.yaml', 'is no valid YAML', { cause })
  }
  const entries = (index as { entries?: unknown } | null)?.entries
  if (typeof entries === 'object' && entries !== null) return entries as Record<string, unknown>
  if (entries === null) return {}
  throw packError('index.yaml', 'has no entries: it is no index of a Helm repository')
}

function readEntry(name: string, entry: unknown, base: string, isNamed: boolean): ChartEntry[] {
  const { version, urls, digest, description, deprecated } = (entry ?? {}) as Record<string, unknown>
  const [first] = Array.isArray(urls) ? urls : []
  if (typeof version !== 'string' || !isVersion(version) || typeof first !== 'string' || !NAME.test(name)) return []
  if ((deprecated === true && !isNamed) || !URL.canParse(first, base)) return []
  return [
    {
      name,
      version,
      url: new URL(first, base).href,
      digest: (typeof digest === 'string' && DIGEST.exec(digest)?.[1]) || '',
      description: typeof description === 'string' ? description.slice(0, 1000) : '',
    },
  ]
}
