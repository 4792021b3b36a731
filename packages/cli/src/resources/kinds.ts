import type { Client } from '@atrium/client/client.ts'
import { contentResources } from './content.ts'
import { fleetResources } from './fleet.ts'
import type { Resource, ResourceItem } from './resource.ts'
import { tenancyResources } from './tenancy.ts'

const resources: Resource[] = [...fleetResources, ...contentResources, ...tenancyResources]

export const resourceKinds = resources.map(({ kind }) => kind)
/** Those that `delete KIND NAME` takes, clusters aside. */
export const removableResources = resources.filter(({ remove }) => remove !== undefined)
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

/** The only one of this name, `name@version` or uid. Throws naming the others when there are several. */
export async function findItem(client: Client, resource: Resource, nameOrUid: string): Promise<ResourceItem> {
  const [found, ...others] = await findItems(client, resource, nameOrUid)
  if (found === undefined) throw new Error(`There is no ${resource.kind} '${nameOrUid}'.`)
  if (others.length === 0) return found
  const all = [found, ...others].map((one) => (one.version === undefined ? one.uid : fullNameOf(one)))
  throw new Error(
    `There are ${all.length} ${resource.plural} '${nameOrUid}'. Name one of them: ${all.sort().join(', ')}.`,
  )
}

/** Profiles of one name differ by their version. */
export const fullNameOf = ({ name, version }: ResourceItem): string =>
  version === undefined ? name : `${name}@${version}`

export const itemsNamed = (items: readonly ResourceItem[], nameOrUid: string): ResourceItem[] =>
  items.filter((item) => [item.name, item.uid, fullNameOf(item)].includes(nameOrUid))

const NAMES = 10
/** The names there are, for a message about one that is not. */
export function tellOthers(names: readonly string[]): string {
  const distinct = [...new Set(names)]
  if (distinct.length === 0) return 'There are none.'
  const more = distinct.length > NAMES ? `, and ${distinct.length - NAMES} more` : ''
  return `There are: ${distinct.slice(0, NAMES).join(', ')}${more}.`
}
