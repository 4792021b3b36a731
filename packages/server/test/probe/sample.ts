import type { Schema } from '@atrium/api/operations/table.ts'

const deepest = 8

/** What a property or parameter of this name identifies, as far as its name tells. */
export function hintOf(name: string): string | null {
  const lower = name.toLowerCase()
  const hints: [RegExp, string][] = [
    [/tenant/, 'tenant'],
    [/certificate/, 'certificate'],
    [/project/, 'project'],
    [/account/, 'account'],
    [/profile/, 'profile'],
    [/template/, 'template'],
    [/pack/, 'pack'],
    [/machine/, 'machine'],
    [/rbac/, 'rbac'],
    [/workspace/, 'workspace'],
    [/overlord|gateway/, 'gateway'],
    [/config/, 'config'],
    [/cluster/, 'cluster'],
    [/polic/, 'policy'],
    [/resourcerole/, 'resourceRole'],
    [/role/, 'role'],
    [/user|owner/, 'user'],
    [/team/, 'team'],
    [/filter/, 'filter'],
    [/key/, 'apiKey'],
  ]
  return hints.find(([pattern]) => pattern.test(lower))?.[1] ?? null
}

/**
 * A value that fits the schema, with every property there is, and the victim's uids wherever something is identified.
 * It asks of each body: does a reference to somebody else's object get through?
 */
export function sample(schemas: Record<string, Schema>, schema: Schema, uids: Record<string, string>): unknown {
  const uidFor = (name: string): string => uids[hintOf(name) ?? 'cluster'] ?? ''

  const text = (name: string): string => {
    if (/uids?$/i.test(name) || /^(roles|users|teams|tokens)$/i.test(name)) return uidFor(name)
    if (/email/i.test(name)) return 'probe@example.com'
    if (/expiry|time(stamp)?$/i.test(name)) return '2030-01-01T00:00:00.000Z'
    return 'probe'
  }

  const value = (node: Schema, name: string, depth: number): unknown => {
    if (node.$ref) return value(schemas[node.$ref] ?? {}, name, depth + 1)
    if (node.enum) return node.enum.find((one) => one !== null)
    if (node.allOf) return Object.assign({}, ...node.allOf.map((part) => value(part, name, depth + 1)))
    switch ([node.type ?? []].flat()[0]) {
      case 'string':
        return text(name)
      case 'integer':
      case 'number':
        return typeof node.minimum === 'number' ? node.minimum : 1
      case 'boolean':
        return false
      case 'array':
        return depth > deepest ? [] : [value(node.items ?? {}, name, depth + 1)]
      case 'object':
        return object(node, depth)
      default:
        return 'probe'
    }
  }

  const object = (node: Schema, depth: number): object => {
    const properties = Object.entries(node.properties ?? {}).filter(
      ([name]) => depth <= deepest || node.required?.includes(name),
    )
    return Object.fromEntries(properties.map(([name, property]) => [name, value(property, name, depth + 1)]))
  }

  return value(schema, '', 0)
}
