import type { Server } from '../platform/server.ts'
import { type Difference, differences, isSecret, maskedPaths } from './difference.ts'
import type { AtriumDocument } from './document.ts'
import { kindOf } from './kinds/index.ts'
import { type Scope, scopeOf } from './scope.ts'

/** What applying a document does. */
export type Plan = { change: 'created'; wanted: AtriumDocument; scope: Scope | null } | PlanOfExisting

export interface PlanOfExisting {
  /** `secrets`: all that could differ are secrets, which cannot be compared from here. */
  change: 'configured' | 'unchanged' | 'secrets'
  wanted: AtriumDocument
  live: AtriumDocument
  differences: Difference[]
  scope: Scope
  uid: string
}

/** Compares a document with the object it names. Changes nothing. */
export async function planDocument(server: Server, document: AtriumDocument): Promise<Plan> {
  const kind = kindOf(document.kind)
  const scope = heldScope(await scopeOf(server, document))
  const uid = scope === null ? null : await kind.find(scope, document)
  if (scope === null || uid === null) {
    const [masked] = maskedPaths(document.spec, 'spec')
    if (masked !== undefined)
      throw new Error(`${masked}: is masked, and there is nothing behind it yet. Give its value.`)
    const wanted = scope === null ? document : ((await kind.complete?.(scope, document, null)) ?? document)
    return { change: 'created', wanted, scope }
  }
  const live = await kind.read(scope, uid)
  const merged = merge(live, document)
  const wanted = (await kind.complete?.(scope, merged, live)) ?? merged
  const found = compare(live, wanted)
  const isOpen = found.some((one) => !isSecret(one))
  const change = isOpen ? 'configured' : found.length > 0 ? 'secrets' : 'unchanged'
  return { change, wanted, live, differences: found, scope, uid }
}

/** What is changed is what was compared: whoever changes the object in between is not overwritten. */
const heldScope = (scope: Scope | null): Scope | null => scope && { ...scope, client: scope.client.held() }

/** The document over the object as it is: what it leaves out stays. */
export function merge(live: AtriumDocument, document: AtriumDocument): AtriumDocument {
  const { labels, annotations } = live.metadata
  return {
    ...document,
    metadata: { ...(labels && { labels }), ...(annotations && { annotations }), ...document.metadata },
    spec: { ...live.spec, ...document.spec },
  }
}

/** Where an object is, is not what it is. */
function compare(live: AtriumDocument, wanted: AtriumDocument): Difference[] {
  const comparable = ({ metadata: { labels, annotations }, spec }: AtriumDocument) => ({
    metadata: { labels, annotations },
    spec,
  })
  return differences(comparable(live), comparable(wanted))
}
