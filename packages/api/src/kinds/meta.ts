/** Points at one object of the same tenant. */
export interface ObjectRef {
  kind: string
  uid: string
}

/** What every object carries. Times are RFC 3339. */
export interface ObjectMeta {
  tenant: string
  /** Uid of the project; null = tenant scope. */
  project: string | null
  uid: string
  name: string
  /** Rises by one with every change of the spec, from 1. */
  generation: number
  /** Rises with every change of the object or its status. */
  resourceVersion: number
  labels: Record<string, string>
  annotations: Record<string, string>
  finalizers: string[]
  owner: ObjectRef | null
  createdAt: string
  modifiedAt: string
  /** Set once deletion is asked for; the object goes with its last finalizer. */
  deletedAt: string | null
}

/** What the store needs to know of a kind. */
export interface KindDefinition {
  name: string
  /** Equality-searchable paths into spec, by column name: become expression indexes. */
  listColumns: Record<string, string[]>
  /** Sort columns besides name and times. */
  sortColumns: Record<string, string[]>
  /** Columns that are unique among live objects (those not marked deleted); `scope` and `name` stand for project and name. */
  uniqueKeys: string[][]
  /** True when a controller looks after objects of this kind: the store then puts their keys into the work queue as they change. */
  reconciled?: boolean
  /** Whose labels resource roles look at: `owner` = those of the object it belongs to. Its own unless said. */
  taggedBy?: 'owner'
}
