import type { KindName } from '@atrium/api/kinds/index.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import type { UsedBy } from '../in-use.ts'
import type { Validation, ValidationScope } from './validation.ts'

/** Kinds that keep a project alive, in the order a person would remove them. */
const contents: KindName[] = [
  'Workspace',
  'ClusterGroup',
  'Cluster',
  'ClusterTemplate',
  'MaintenancePolicy',
  'ClusterProfile',
  'CloudAccount',
  'Registry',
  'StorageLocation',
  'SshKey',
]

/** Objects that live in the project, at most 20 of a kind. */
async function activeResources(tx: ValidationScope['tx'], project: string): Promise<UsedBy[]> {
  const found: UsedBy[] = []
  for (const kind of contents) {
    const { items } = await tx.listNames(kind, { project, limit: 20 })
    found.push(...items.map(({ uid, name }) => ({ kind, uid, name, project })))
  }
  return found
}

async function mustBeEmpty({ tx }: ValidationScope, object: StoredObject<'Project'>): Promise<void> {
  const usedBy = await activeResources(tx, object.meta.uid)
  if (usedBy.length === 0) return
  const names = usedBy.slice(0, 5).map(({ kind, name }) => `${kind} ${name}`)
  throw new AtriumError(
    'ResourceInUse',
    `Project '${object.meta.name}' still holds ${usedBy.length} resources (${names.join(', ')}). Delete them first.`,
    { details: { usedBy } },
  )
}

/** Macros have no life of their own, and an empty set of them nobody could remove: they go with their project. */
async function removeMacros({ tx }: ValidationScope, { meta }: StoredObject<'Project'>): Promise<void> {
  const { items } = await tx.list('MacroSet', { project: meta.uid })
  for (const set of items) await tx.delete('MacroSet', set.meta.uid)
}

export const projectValidation: Validation<'Project'> = {
  async delete(scope, project) {
    await mustBeEmpty(scope, project)
    await removeMacros(scope, project)
  },
}
