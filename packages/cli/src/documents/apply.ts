import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Server } from '../platform/server.ts'
import { type AtriumDocument, idOf, type PlacedDocument } from './document.ts'
import { kindOf } from './kinds/index.ts'
import { type Plan, planDocument } from './plan.ts'
import { scopeOf } from './scope.ts'

/** Makes every object as its document says, one after the other; stops at the first that fails, naming where it is written. */
export async function applyDocuments(
  server: Server,
  documents: readonly PlacedDocument[],
  tell: (id: string, change: Plan['change']) => void,
): Promise<void> {
  for (const { document, place } of documents) {
    await at(place, document, async () => {
      const plan = await planDocument(server, document)
      await applyPlan(plan)
      tell(idOf(document), plan.change)
    })
  }
}

async function applyPlan(plan: Plan): Promise<void> {
  const { wanted, scope } = plan
  const kind = kindOf(wanted.kind)
  if (scope === null)
    throw new Error(`metadata.project: there is no project '${wanted.metadata.project}'. Declare it too.`)
  if (plan.change === 'created') await kind.create(scope, wanted)
  else if (plan.change === 'configured') await kind.update(plan.scope, plan.uid, plan)
}

/** Deletes the objects that the documents name, dependents first. */
export async function deleteDocuments(
  server: Server,
  documents: readonly PlacedDocument[],
  tell: (id: string, change: 'deleted' | 'not there') => void,
): Promise<void> {
  for (const { document, place } of documents.toReversed()) {
    await at(place, document, async () => {
      const scope = await scopeOf(server, document)
      const kind = kindOf(document.kind)
      const uid = scope === null ? null : await kind.find(scope, document)
      if (scope !== null && uid !== null) await kind.remove(scope, uid, { ...server, ...scope })
      tell(idOf(document), uid === null ? 'not there' : 'deleted')
    })
  }
}

/** Names the document that an error is about. */
export async function at<T>(place: string, document: AtriumDocument, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new Error(`${place} (${idOf(document)}): ${messageOf(error)}`, { cause: error })
  }
}
