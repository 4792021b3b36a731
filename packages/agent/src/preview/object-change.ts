import type { ObjectChange } from '@atrium/api/link/preview.ts'
import type { KubeClient } from '@atrium/kube/client.ts'
import { type Comparison, compareDeclared } from '@atrium/kube/drift.ts'
import { describeRef, refOf } from '@atrium/kube/object.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { lineDifference } from '@atrium/runtime/base/line-difference.ts'
import { tryOut } from '../layers/chart-unit.ts'
import { withoutNoise } from '../layers/helm-errors.ts'
import type { DeclaredObject } from '../layers/records.ts'
import type { ComingKinds } from './coming-kinds.ts'
import { textsOf } from './object-text.ts'
import { restartsOf } from './restarts.ts'
import type { Room } from './room.ts'

export interface ComparisonDeps {
  client: KubeClient
  coming: Pick<ComingKinds, 'has'>
  room: Room
  signal: AbortSignal
}

const NAMED = 5

export const changeOf = (
  declared: Pick<DeclaredObject, 'object'>,
  change: ObjectChange['change'],
  why: string,
  more: Partial<Pick<ObjectChange, 'restarts' | 'lines'>> = {},
): ObjectChange => ({
  ...{ object: describeRef(refOf(declared.object)), change, why, restarts: '', lines: [], cutBytes: 0 },
  ...more,
})

/** What applying this object does; null when it stays as it is. */
export async function applied(deps: ComparisonDeps, declared: DeclaredObject): Promise<ObjectChange | null> {
  deps.signal.throwIfAborted()
  deps.room.compare()
  const { client, signal } = deps
  const compared = await compareDeclared(client, declared.object, { fieldManager: declared.manager, signal })
  switch (compared.state) {
    case 'deleted':
      return created(deps, declared)
    case 'terminating': {
      const held = compared.heldBy.length > 0 ? `, held by ${compared.heldBy.join(', ')}` : ''
      return changeOf(declared, 'refused', `it is being deleted${held}`)
    }
    case 'compared':
      return changed(deps, declared, compared)
  }
}

async function created({ client, coming, signal }: ComparisonDeps, declared: DeclaredObject): Promise<ObjectChange> {
  try {
    if (!coming.has(declared.object)) await client.mapper.resolve(declared.object)
    await tryOut(client, declared, signal)
    return changeOf(declared, 'created', '')
  } catch (error) {
    if (signal.aborted) throw error
    return changeOf(declared, 'refused', messageOf(error))
  }
}

function changed({ room }: ComparisonDeps, declared: DeclaredObject, comparison: Comparison): ObjectChange | null {
  const { live, desired, found, refusal } = comparison
  if (refusal === '' && found.length === 0) return null
  if (refusal !== '') return changeOf(declared, 'refused', withoutNoise(refusal))
  const [before, after] = textsOf(live, desired)
  const lines = lineDifference(before, after, room.lines)
  const paths = found.slice(0, NAMED).map(({ path }) => path)
  const more = found.length > NAMED ? ` and ${found.length - NAMED} more` : ''
  return changeOf(declared, 'changed', `${paths.join(', ')}${more}`, { lines, restarts: restartsOf(live, desired) })
}
