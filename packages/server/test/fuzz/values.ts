import type { Schema } from '@atrium/api/operations/table.ts'
import { hintOf } from '../probe/sample.ts'
import type { Dice } from './dice.ts'
import { yamlTexts } from './texts.ts'

/** What a case may refer to: uids of living objects by what they name. */
export interface Given {
  schemas: Record<string, Schema>
  uids: Record<string, string>
  dice: Dice
  /** Makes names unlike those of other cases. */
  index: number
}

const deepest = 7

/** The uid that a name asks for; now and then another one. */
export const uidFor = ({ uids, dice }: Given, name: string): string => {
  const hint = hintOf(name)
  const known = hint === null ? undefined : uids[hint]
  return known !== undefined && dice.chance(0.9) ? known : dice.of(Object.values(uids))
}

const plain: [RegExp, readonly string[]][] = [
  [/email/i, ['one@example.com', 'Two@Example.COM']],
  [/(expiry|time(stamp)?)$/i, ['2030-01-01T00:00:00.000Z', '0001-01-01T00:00:00.000Z', '2026-11-21T10:00:00+02:00']],
  [/^values$/, yamlTexts],
  [/^content$/, yamlTexts],
  [/cron|schedule/i, ['0 2 * * *', '*/5 1-3 * * MON-FRI']],
  [/cloudType$/i, ['local', 'all', 'aws']],
  [/(endpoint|url|uri|server|host)$/i, ['https://registry.test', 'https://registry.test:8443/path', 'registry.test']],
  [/version|^tag$/i, ['1.0.0', '1.1.0', '1.34.4']],
  [/^continue$/i, ['', '50', 'WyJuYW1lIixmYWxzZSwiYSIsImIiXQ', 'W10', 'WyJjcmVhdGVkQXQiLGZhbHNlLCJ4IiwiYiJd']],
  [/^(limit|offset)$/i, ['0', '1', '50', '100000']],
  [/^orderBy$/i, ['metadata.name=1', 'metadata.creationTimestamp=-1', 'spec.x=1,status.y=-1']],
  [/^filters$/i, ['metadata.name=a', 'spec.version>1.0.0ANDmetadata.name_in_a,b', 'metadata.uid=xORspec.type=y']],
  [/publicKey/i, ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGnBq7u7J1cVq4x0yqk2Yk3vX0pXH0cZx5m1nWlqf0aB me']],
  [/layer$/i, ['addon', 'k8s', 'os', 'cni', 'csi']],
  [/cidr|subnet/i, ['10.0.0.0/16']],
]

const isUid = (name: string): boolean => /uids?$/i.test(name) || /^(roles|users|teams|tokens|filters)$/i.test(name)

export function textFor(given: Given, name: string): string {
  const { dice, index } = given
  const found = plain.find(([pattern]) => pattern.test(name))
  if (found && dice.chance(0.9)) return dice.of(found[1])
  if (isUid(name)) return uidFor(given, name)
  return dice.of([`fuzz-${index}`, `fuzz-${index % 7}`, 'one', 'Two three', ''])
}

/** A value that fits the schema: optional properties come and go, identifiers mostly name what there is. */
export function valueOf(given: Given, schema: Schema, name = '', depth = 0): unknown {
  const { schemas, dice } = given
  if (schema.$ref) return valueOf(given, schemas[schema.$ref] ?? {}, name, depth + 1)
  if (schema.enum) return dice.of(schema.enum)
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => valueOf(given, part, name, depth)))
  if (schema.anyOf) return valueOf(given, dice.of(schema.anyOf), name, depth)
  switch (dice.of([schema.type ?? 'any'].flat())) {
    case 'string':
      return textFor(given, name)
    case 'integer':
    case 'number':
      return numberOf(dice, schema)
    case 'boolean':
      return dice.chance(0.5)
    case 'null':
      return null
    case 'array':
      return listOf(given, schema, name, depth)
    case 'object':
      return objectOf(given, schema, depth)
    default:
      return textFor(given, name)
  }
}

function numberOf(dice: Dice, { minimum, maximum }: Schema): number {
  const value = dice.of([0, 1, 2, 3, 5, 30])
  return Math.min(Number(maximum ?? value), Math.max(Number(minimum ?? value), value))
}

function listOf(given: Given, { items }: Schema, name: string, depth: number): unknown[] {
  const length = depth > deepest ? 0 : given.dice.of([0, 1, 1, 2])
  return Array.from({ length }, () => valueOf(given, items ?? {}, name, depth + 1))
}

function objectOf(given: Given, schema: Schema, depth: number): object {
  const { dice } = given
  const entries = Object.entries(schema.properties ?? {})
    .filter(([name]) => schema.required?.includes(name) || (depth <= deepest && dice.chance(0.75)))
    .map(([name, property]) => [name, valueOf(given, property, name, depth + 1)] as const)
  if (typeof schema.additionalProperties === 'object' && dice.chance(0.6))
    entries.push([`key${dice.below(3)}`, valueOf(given, schema.additionalProperties, 'value', depth + 1)])
  return Object.fromEntries(entries)
}
