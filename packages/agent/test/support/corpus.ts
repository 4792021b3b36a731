import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRecord, type KubeObject } from '@atrium/kube/object.ts'
import { parse } from 'yaml'

/** Something that happens to the cluster after the declared object was applied. */
export interface CorpusEvent {
  /** Field manager that acts. */
  by: string
  /** The object it concerns when that is not the declared one, or the declared one in another version. */
  on?: { apiVersion?: string; kind?: string; name?: string }
  sub?: string
  merge?: object
  strategic?: object
  json?: object[]
  /** Server-side apply of these fields. */
  apply?: object
  /** Read, changed by a merge patch, and written back as a whole. */
  update?: object
  create?: KubeObject
  delete?: true
  /** The whole namespace of the case is deleted. */
  namespace?: 'deleted'
  /** Waits for what a controller of the cluster does by itself: the declared object is gone, or looks like this. */
  until?: 'gone' | object
}

export interface CorpusCase {
  group: string
  name: string
  declared: KubeObject
  /** Objects that are there before: the declared one is applied over them. */
  before: KubeObject[]
  events: CorpusEvent[]
  /** Whether the live object is not as declared, and where: exactly these paths. */
  verdict: 'none' | 'deleted' | 'terminating' | string[]
  /** Who must be named as the one that changed it. */
  changedBy?: string
  /** The server lets nobody put it back in place. */
  refused?: true
  /** Kind and name of an object of the release in `chart.yaml`: what helm stored is what is declared. */
  released?: string
  /** The release has it, and the agent does not keep it as declared. */
  unguarded?: true
  /** What the live object still has after a repair. */
  keeps?: object
}

interface CaseText extends Pick<CorpusCase, 'refused' | 'released' | 'unguarded' | 'keeps'> {
  case: string
  object?: string | KubeObject
  with?: object
  before?: KubeObject[]
  events?: CorpusEvent[]
  drift: CorpusCase['verdict']
  by?: string
}

export const corpusDir = join(import.meta.dirname, '../drift-corpus')
const readYaml = (file: string): unknown => parse(readFileSync(join(corpusDir, file), 'utf8'))
export const corpusChart = (): string => readFileSync(join(corpusDir, 'chart/release.yaml'), 'utf8')
/** Objects that several cases declare, by a short name. */
const objects = readYaml('shared/objects.yaml') as Record<string, KubeObject>
/** What every case finds in the cluster: definitions. */
export const corpusSetup = readYaml('shared/cluster.yaml') as KubeObject[]

export const corpus: CorpusCase[] = globSync('*.yaml', { cwd: corpusDir })
  .sort()
  .flatMap((file) => (readYaml(file) as CaseText[]).map((text) => caseOf(file.replace('.yaml', ''), text)))

/** Changes that are made again as often as they are put back. */
export const fights: CorpusCase[] = (readYaml('fights/fights.yaml') as CaseText[]).map((text) => caseOf('fights', text))

function caseOf(group: string, text: CaseText): CorpusCase {
  const { case: name, object, with: changes = {}, before = [], events = [], drift, by, ...flags } = text
  const shared = typeof object === 'string' ? objects[object] : object
  const base = shared ?? (flags.released ? nameOnly(flags.released) : null)
  if (!base) throw new Error(`${group}: ${name}: no object of that name`)
  const declared = merged(base, changes) as KubeObject
  return { ...flags, group, name, declared, before, events, verdict: drift, ...(by ? { changedBy: by } : {}) }
}

function nameOnly(released: string): KubeObject {
  const [kind = '', name = ''] = released.split('/')
  return { apiVersion: kind === 'Job' ? 'batch/v1' : 'v1', kind, metadata: { name } }
}

/** JSON merge patch. */
export function merged(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch
  const result: Record<string, unknown> = isRecord(target) ? { ...target } : {}
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name]
    else result[name] = merged(result[name], value)
  }
  return result
}
