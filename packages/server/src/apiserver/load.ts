import type { KindName } from '@atrium/api/kinds/index.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { notFound } from '../admission/authorize.ts'
import { type Subject, seesProject } from '../auth/rights/subject.ts'
import type { ServerContext } from '../context.ts'

/** The object, or `ResourceNotFound`; also for a name, by which clients ask first when they import. */
export async function getOne<K extends KindName>(tx: Tx, kind: K, uid: string): Promise<StoredObject<K>> {
  const found = await tx.get(kind, uid)
  if (!found) throw notFound(kind, uid)
  return found
}

/** As `getOne`, for those who may change it, held until the transaction ends. */
export async function lockOne<K extends KindName>(tx: Tx, kind: K, uid: string): Promise<StoredObject<K>> {
  const found = await tx.getForUpdate(kind, uid)
  if (!found) throw notFound(kind, uid)
  return found
}

/** Throws `ResourceNotFound` unless there is the project, and the caller holds something in it: to read the project itself need not be that. */
export async function projectMustExist(context: ServerContext, subject: Subject, project: string): Promise<void> {
  const found =
    seesProject(subject, project) &&
    (await context.store.transaction(subject.tenant, subject.actor, (tx) => tx.get('Project', project)))
  if (!found) throw notFound('Project', project)
}

/** Throws `DuplicateName` when something of the kind has the name in the project; `word`: what people call it. */
export async function nameMustBeFree(
  tx: Tx,
  kind: KindName,
  { project, name = '', word }: { project: string | null; name: string | undefined; word: string },
): Promise<void> {
  const { count } = await tx.listNames(kind, { project, where: { name }, limit: 1 })
  if (count === 0) return
  throw new AtriumError('DuplicateName', `name: a ${word} named '${name}' exists here. Choose another name.`, {
    details: { field: 'name' },
  })
}
