import type { Client } from '@atrium/client/client.ts'
import { contentResources } from './content.ts'
import { fleetResources } from './fleet.ts'
import type { Resource, ResourceItem } from './resource.ts'
import { tenancyResources } from './tenancy.ts'

const resources: Resource[] = [...fleetResources, ...contentResources, ...tenancyResources]

export const resourceKinds = resources.map(({ kind }) => kind)
export const describedKinds = resources.filter(({ read }) => read !== undefined).map(({ kind }) => kind)

/** The kind of that name, in singular or plural. Throws naming those there are. */
export function resourceOf(name: string): Resource {
  const wanted = name.toLowerCase()
  const resource = resources.find(({ kind, plural }) => wanted === kind || wanted === plural)
  if (resource) return resource
  throw new Error(`There is no kind '${name}'. There are: ${resourceKinds.join(', ')}.`)
}

/** Those of this name or uid. Throws naming some of those there are when nothing is. */
export async function findItems(client: Client, resource: Resource, nameOrUid: string): Promise<ResourceItem[]> {
  const all = await resource.list(client)
  const found = itemsNamed(all, nameOrUid)
  if (found.length > 0) return found
  throw new Error(`There is no ${resource.kind} '${nameOrUid}'. ${tellOthers(all.map(({ name }) => name))}`)
}

export const itemsNamed = (items: readonly ResourceItem[], nameOrUid: string): ResourceItem[] =>
  items.filter(({ name, uid }) => name === nameOrUid || uid === nameOrUid)

const NAMES = 10
function tellOthers(names: readonly string[]): string {
  const distinct = [...new Set(names)]
  if (distinct.length === 0) return 'There are none.'
  const more = distinct.length > NAMES ? `, and ${distinct.length - NAMES} more` : ''
  return `There are: ${distinct.slice(0, NAMES).join(', ')}${more}.`
}
