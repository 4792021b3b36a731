import { AtriumError } from '@atrium/runtime/base/errors.ts'

/** A field of the request that does not say what it should. */
export const invalid = (field: string, text: string): AtriumError =>
  new AtriumError('InvalidRequest', `${field}: ${text}.`, { details: { field } })

/** `list`, unless it is longer than a request may be. */
export function capped<T>(list: readonly T[] | null | undefined, most: number, field: string): readonly T[] {
  if (!list || list.length <= most) return list ?? []
  throw invalid(field, `has more than ${most} ${most === 1 ? 'entry' : 'entries'}`)
}
