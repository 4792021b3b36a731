import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { notFound } from '../../../admission/authorize.ts'

export async function getProject(tx: Tx, uid: string): Promise<StoredObject<'Project'>> {
  const project = await tx.get('Project', uid)
  if (!project) throw notFound('Project', uid)
  return project
}
