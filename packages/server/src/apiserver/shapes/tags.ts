import type { KindName } from '@atrium/api/kinds/index.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'
import { listedFrom } from './lists.ts'
import { tagsOf } from './meta.ts'

const PAGE = 1_000

/** Tags of the objects that the caller sees, each once, sorted; of a project its own and the tenant's. */
export async function tagsInUse(tx: Tx, kind: KindName, project: string | null): Promise<{ tags: string[] }> {
  const found = new Set<string>()
  const where = project === null ? {} : { project: listedFrom(project) }
  let token: string | undefined
  do {
    const page = await tx.listBrief(kind, { ...where, limit: PAGE, ...(token !== undefined && { continue: token }) })
    for (const { meta } of page.items) for (const tag of tagsOf(meta.labels)) found.add(tag)
    token = page.continue
  } while (token !== undefined)
  return { tags: [...found].sort() }
}
