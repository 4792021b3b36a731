import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promised } from './promised.ts'
import { type Block, readConfiguration } from './read-configuration.ts'

/** What can be said of each resource and look-up, by path; `[]` follows the name of a block that may be there several times. */
export interface ClientSettings {
  resource: Record<string, string[]>
  data: Record<string, string[]>
}

interface SchemaBlock {
  attributes?: Record<string, { optional?: boolean; required?: boolean; description?: string }>
  block_types?: Record<string, { max_items?: number; nesting_mode: string; block: SchemaBlock }>
}
type Schemas = Record<string, { block: SchemaBlock }>
/** Of `terraform providers schema -json`, what is read here. */
export interface ProvidersSchema {
  provider_schemas: Record<string, { resource_schemas: Schemas; data_source_schemas: Schemas }>
}

const prefix = 'spectrocloud_'

/** What the client lets its users say of what they are promised. How long it waits itself is no server's business. */
export function settingsOf(schema: ProvidersSchema): ClientSettings {
  const [{ resource_schemas, data_source_schemas } = { resource_schemas: {}, data_source_schemas: {} }] = Object.values(
    schema.provider_schemas,
  )
  const of = (schemas: Schemas, names: readonly string[], isLookUp: boolean) =>
    Object.fromEntries(
      names.toSorted().map((name) => {
        const { block } = schemas[`${prefix}${name}`] ?? {}
        if (block === undefined) throw new Error(`the client has no ${prefix}${name}`)
        const { id, ...attributes } = block.attributes ?? {}
        // Everything has one, and not everything can be told it.
        const own = id?.description && isLookUp ? { id, ...attributes } : attributes
        return [name, pathsOf({ ...block, attributes: own }).sort()]
      }),
    )
  return {
    resource: of(resource_schemas, promised.resource, false),
    data: of(data_source_schemas, promised.data, true),
  }
}

const pathsOf = ({ attributes = {}, block_types = {} }: SchemaBlock, at = ''): string[] => [
  ...Object.entries(attributes).flatMap(([name, { optional, required }]) => (optional || required ? [at + name] : [])),
  ...Object.entries(block_types).flatMap(([name, { max_items, nesting_mode, block }]) => {
    const isOne = max_items === 1 || nesting_mode === 'single'
    return name === 'timeouts' ? [] : pathsOf(block, `${at}${name}${isOne ? '' : '[]'}.`)
  }),
]

/** The path of every setting, and of every block that is there more than once, or as often as an expression says. */
export function setIn(block: Block, at = ''): { settings: string[]; repeated: string[] } {
  const inner = block.blocks.map((one) => ({ path: at + one.type, one, ...setIn(one, `${at}${one.type}.`) }))
  const isRepeated = ({ path, one }: (typeof inner)[number]): boolean =>
    one.isDynamic || inner.filter((other) => other.path === path).length > 1
  return {
    settings: [...[...block.attributes.keys()].map((name) => at + name), ...inner.flatMap((one) => one.settings)],
    repeated: [...inner.filter(isRepeated).map(({ path }) => path), ...inner.flatMap((one) => one.repeated)],
  }
}

const scenarios = join(import.meta.dirname, '..', 'scenarios')

/** The configuration of every scenario, by its name. */
export const configurations: ReadonlyMap<string, readonly Block[]> = new Map(
  readdirSync(scenarios, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => [name, readConfiguration(readFileSync(join(scenarios, name, 'main.tf'), 'utf8'))]),
)

/** Whether a block declares such a thing, e.g. `resource team`. */
export const declares = ({ type, labels: [label] }: Block, thing: string): boolean =>
  `${type} ${label}` === thing.replace(' ', ` ${prefix}`)

/** The blocks that declare such a thing, in every scenario. */
export const blocksOf = (thing: string): Block[] =>
  [...configurations.values()].flat().filter((block) => declares(block, thing))
