import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { type Isolation, refusalOf, type Wall } from '@atrium/runtime/confined/wall.ts'

/** What strangers wrote is not read on this system. */
export class IsolationError extends AtriumError {
  constructor(refusal: string) {
    super('InvalidState', refusal)
  }
}

/** Throws `IsolationError` where the wall is not what the operator demands. */
export function mustBeKeptIn(wall: Wall, isolation: Isolation): void {
  const refusal = refusalOf(wall, isolation)
  if (refusal !== null) throw new IsolationError(refusal)
}
