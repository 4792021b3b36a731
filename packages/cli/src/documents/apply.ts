import { ApiError, UnreachableError } from '@atrium/client/error.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Server } from '../platform/server.ts'
import { type AtriumDocument, idOf, type PlacedDocument } from './document.ts'
import { kindOf } from './kinds/index.ts'
import { type Plan, type PlanOfExisting, planDocument } from './plan.ts'
import { scopeOf } from './scope.ts'

/** What became of an object. */
export type Outcome = 'created' | 'configured' | 'unchanged' | 'deleted' | 'not there'
type Tell = (id: string, outcome: Outcome) => void

/** Makes every object as its document says, one after the other. Throws naming all that failed, once the others are done. */
export const applyDocuments = (server: Server, documents: readonly PlacedDocument[], tell: Tell): Promise<void> =>
  forEachDocument(documents, async (document) => {
    tell(idOf(document), await applyPlan(await planDocument(server, document)))
  })

async function applyPlan(plan: Plan): Promise<Outcome> {
  const { wanted, scope } = plan
  const kind = kindOf(wanted.kind)
  if (scope === null)
    throw new Error(`metadata.project: there is no project '${wanted.metadata.project}'. Declare it too.`)
  if (plan.change === 'created') await kind.create(scope, wanted)
  else if (plan.change === 'configured') await kind.update(plan.scope, plan.uid, plan)
  else if (plan.change === 'secrets') return sendSecrets(plan)
  return plan.change
}

/** Only the server can compare secrets: it is given them, and tells by the object's revision whether they were others. */
async function sendSecrets(plan: PlanOfExisting): Promise<Outcome> {
  const { scope, uid, wanted } = plan
  const kind = kindOf(wanted.kind)
  const before = await kind.revisionOf?.(scope, uid)
  await kind.update(scope, uid, plan)
  const after = await kind.revisionOf?.(scope, uid)
  return before !== undefined && before === after ? 'unchanged' : 'configured'
}

/** Deletes the objects that the documents name, dependents first. Throws naming all that failed, once the others are done. */
export const deleteDocuments = (server: Server, documents: readonly PlacedDocument[], tell: Tell): Promise<void> =>
  forEachDocument(documents.toReversed(), async (document) => {
    const scope = await scopeOf(server, document)
    const kind = kindOf(document.kind)
    const uid = scope === null ? null : await kind.find(scope, document)
    if (scope !== null && uid !== null) await kind.remove(scope, uid, { ...server, ...scope })
    tell(idOf(document), uid === null ? 'not there' : 'deleted')
  })

/** What is refused holds nothing else up; a server that is away, or does not know the caller, ends it at once. */
async function forEachDocument(
  documents: readonly PlacedDocument[],
  work: (document: AtriumDocument) => Promise<void>,
): Promise<void> {
  const failures: string[] = []
  for (const { document, place } of documents) {
    try {
      await at(place, document, () => work(document))
    } catch (error) {
      failures.push(messageOf(error))
      if (error instanceof Error && endsAll(error)) break
    }
  }
  if (failures.length === 0) return
  if (documents.length === 1) throw new Error(failures[0])
  throw new Error(
    `${failures.length} of ${documents.length} documents failed:\n${failures.map((one) => `  ${one}`).join('\n')}`,
  )
}

const endsAll = ({ cause }: { cause?: unknown }): boolean =>
  cause instanceof UnreachableError || (cause instanceof ApiError && cause.code === 'Unauthorized')

/** Names the document that an error is about. */
export async function at<T>(place: string, document: AtriumDocument, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new Error(`${place} (${idOf(document)}): ${messageOf(error)}`, { cause: error })
  }
}
