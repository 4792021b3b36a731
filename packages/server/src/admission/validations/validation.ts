import type { KindName } from '@atrium/api/kinds/index.ts'
import type { NewObject, SpecPatch, StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import type { Subject } from '../../auth/rights/subject.ts'

/** What a check can look at; `tx` is the raw transaction, so that invariants hold over objects the caller cannot see. */
export interface ValidationScope {
  subject: Subject
  tx: Tx
}

/** Invariants of one kind, checked for every change a person makes. Each throws an `AtriumError` that names the field. */
export interface Validation<K extends KindName> {
  create?(scope: ValidationScope, object: NewObject<K>): Promise<void> | void
  update?(scope: ValidationScope, previous: StoredObject<K>, patch: SpecPatch<K>): Promise<void> | void
  /** May also remove what has no life without the object. */
  delete?(scope: ValidationScope, object: StoredObject<K>): Promise<void> | void
}
