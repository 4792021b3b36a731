import type { KindName } from '@atrium/api/kinds/index.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'
import type { Subject } from '../../auth/rights/subject.ts'
import type { ServerContext } from '../../context.ts'
import { projectMustExist } from '../load.ts'
import { listedFrom } from './lists.ts'
import { tagsOf } from './meta.ts'

const PAGE = 1_000

/**
 * Tags of the objects that the caller sees, each once, sorted; of a project its own and the tenant's. Everybody may read tags: who sees
 * no such object gets none.
 */
export async function tagsInUse(
  context: ServerContext,
  subject: Subject,
  kind: KindName,
  project: string | null,
): Promise<{ tags: string[] }> {
  if (project !== null) await projectMustExist(context, subject, project)
  return context.admission.run(subject, async (tx) => ({ tags: [...(await readTags(tx, kind, project))].sort() }))
}

async function readTags(tx: Tx, kind: KindName, project: string | null): Promise<Set<string>> {
  const found = new Set<string>()
  const where = project === null ? {} : { project: listedFrom(project) }
  let token: string | undefined
  do {
    const page = await tx.listBrief(kind, { ...where, limit: PAGE, ...(token !== undefined && { continue: token }) })
    for (const { meta } of page.items) for (const tag of tagsOf(meta.labels)) found.add(tag)
    token = page.continue
  } while (token !== undefined)
  return found
}
