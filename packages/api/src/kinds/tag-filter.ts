import type { KindDefinition } from './meta.ts'

/** One condition: the object carries label `key` with one of `values`, with any where none is named. */
export interface TagCondition {
  key: string
  negation: boolean
  values: string[]
}

/** Picks objects by their labels (`tags.ts` says how); resource roles narrow what they give by it. */
export interface TagFilterSpec {
  conjunction: 'and' | 'or'
  conditions: TagCondition[]
  /** Properties a client sent that we do not know, echoed on the same path. */
  unknown?: Record<string, unknown>
}
export type TagFilterStatus = Record<string, never>
export const tagFilterKind: KindDefinition = {
  name: 'TagFilter',
  listColumns: {},
  sortColumns: {},
  uniqueKeys: [['name']],
}
