import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { notFound } from '../../../admission/authorize.ts'

export async function getProject(tx: Tx, uid: string): Promise<StoredObject<'Project'>> {
  const project = await tx.get('Project', uid)
  if (!project) throw notFound('Project', uid)
  return project
}

/** The project, for those who may change it, held until the transaction ends. */
export async function lockProject(tx: Tx, uid: string): Promise<StoredObject<'Project'>> {
  const project = await tx.getForUpdate('Project', uid)
  if (!project) throw notFound('Project', uid)
  return project
}
