import { kinds } from '@atrium/api/kinds/index.ts'
import { AtriumError } from '../../base/errors.ts'
import type { StoredObject } from '../store.ts'
import { columnValue } from './list.ts'

/** Throws `DuplicateName` when a live object of the same kind shares a unique key; null values share nothing. */
export function checkUnique(object: StoredObject, sameKind: readonly StoredObject[]): void {
  const { uniqueKeys, listColumns } = kinds[object.kind]
  const valueOf = (of: StoredObject, column: string): string | null => {
    if (column === 'scope') return of.meta.project ?? ''
    return column === 'name' ? of.meta.name : columnValue(of, listColumns[column] ?? [column])
  }
  const others = sameKind.filter((other) => other.meta.uid !== object.meta.uid && !other.meta.deletedAt)
  for (const columns of uniqueKeys) {
    const wanted = columns.map((column) => valueOf(object, column))
    if (wanted.includes(null)) continue
    if (others.some((other) => columns.every((column, index) => valueOf(other, column) === wanted[index])))
      throw new AtriumError('DuplicateName', `another ${object.kind} has the same ${columns.join(', ')}`, {
        details: { columns },
      })
  }
}
