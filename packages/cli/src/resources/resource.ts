import type { KindName } from '@atrium/api/kinds/index.ts'
import type { Client } from '@atrium/client/client.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import type { Watched } from '../clusters/watch.ts'
import { formatAge } from '../output/table.ts'

/** One object in a list. */
export interface ResourceItem {
  uid: string
  name: string
  /** Where several of one name differ by it; `name@version` names one. */
  version?: string
  cells(nowMs: number): string[]
  /** As the API shows it. */
  view: unknown
}

/** A kind that `get` knows, and `describe` where it can be read. */
export interface Resource {
  kind: string
  plural: string
  /** Title of the first column; absent = NAME. */
  title?: string
  columns: string[]
  /** Kind whose changes change the list; absent = they are not told. */
  watched?: KindName
  /** Where some changes of the list are told by nobody: how often to look all the same. */
  lookAgainMs?: number
  list(client: Client): Promise<ResourceItem[]>
  /** The whole object. */
  read?(client: Client, uid: string): Promise<unknown>
  /** Deletes it, where that needs no more than to be asked for. */
  remove?(client: Client, uid: string): Promise<unknown>
}

/** How changes of a list are followed. */
export const watchOf = ({ watched, lookAgainMs }: Resource): Pick<Watched, 'kind' | 'lookAgainMs' | 'clock'> => ({
  ...{ kind: watched, clock: systemClock },
  ...(lookAgainMs !== undefined && { lookAgainMs }),
})

interface Meta {
  uid?: string | undefined
  name?: string | undefined
  creationTimestamp?: string | undefined
}

export const item = (metadata: Meta | undefined, view: unknown, cells: string[]): ResourceItem => ({
  uid: metadata?.uid ?? '',
  name: metadata?.name ?? '',
  cells: () => cells,
  view,
})

export const versioned = (version: string | undefined, found: ResourceItem): ResourceItem =>
  version === undefined ? found : { ...found, version }

/** Of a list that tells when its objects were made; the column AGE comes last. */
export const agedItem = (metadata: Meta | undefined, view: unknown, cells: string[]): ResourceItem => ({
  ...item(metadata, view, cells),
  cells: (nowMs) => [...cells, formatAge(metadata?.creationTimestamp, nowMs)],
})
