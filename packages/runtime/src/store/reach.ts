import { passesFilter } from '@atrium/api/tags.ts'
import type { Reach } from './store.ts'

/** What a reach looks at of an object. */
export interface Target {
  /** Null = tenant scope. */
  project: string | null
  uid: string
  /** Those that stand for it: its own, or its owner's. */
  labels: Readonly<Record<string, string>>
}

/** Whether an object is part of what `reach` describes; lists decide the same in SQL. */
export const reaches = ({ projects, uids, filters }: Reach, { project, uid, labels }: Target): boolean =>
  (projects === undefined || projects.includes(project)) &&
  (uids === undefined || uids.includes(uid)) &&
  (filters === undefined || filters.some((filter) => passesFilter(filter, labels)))
