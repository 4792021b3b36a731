import type { v1Macros } from '@atrium/api/generated/operations.d.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { derivedUid } from '../../../content/tenant.ts'
import { invalid } from '../../invalid.ts'
import { limitReached } from '../tenants/resource-limits.ts'

const NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/
const maxValueChars = 64 * 1024

export type MacroMap = Record<string, string>

/** The macros of one project, or of the tenant (`null`); an empty set where none were ever made. */
export async function readMacros(tx: Tx, project: string | null): Promise<MacroMap> {
  return (await find(tx, project))?.spec.macros ?? {}
}

const find = (tx: Tx, project: string | null): Promise<StoredObject<'MacroSet'> | null> =>
  tx.get('MacroSet', setUid(tx, project))

/** One set for each scope: its uid follows from the scope, so two writers never make two. */
const setUid = (tx: Tx, project: string | null): string => derivedUid('macros', tx.tenant, project ?? '')

/** Changes the set under its lock; it does not grow beyond `most`. */
export async function changeMacros(
  tx: Tx,
  project: string | null,
  change: (macros: MacroMap) => MacroMap,
  most = Number.POSITIVE_INFINITY,
): Promise<void> {
  const uid = setUid(tx, project)
  const existing = await tx.getForUpdate('MacroSet', uid)
  const former = existing?.spec.macros ?? {}
  const macros = change(former)
  const count = Object.keys(macros).length
  if (count > most && count > Object.keys(former).length) throw limitReached('macro', most, count, 'each scope')
  if (existing) await tx.update('MacroSet', uid, { spec: { macros } })
  else await tx.create({ kind: 'MacroSet', uid, project, name: 'macros', spec: { macros } })
}

/** The macros of a request. A name given twice is refused as clients expect it: 422. */
export function parseMacros(body: v1Macros): MacroMap {
  const macros: MacroMap = {}
  for (const [index, { name = '', value = '' }] of (body.macros ?? []).entries()) {
    const place = `macros[${index}]`
    if (!NAME.test(name))
      throw invalid(`${place}.name`, `'${name}' must start with a letter and hold letters, digits, '_', '.' and '-'`)
    if (name === '__proto__') throw invalid(`${place}.name`, `'${name}' is no name of a macro. Give it another one`)
    if (value.length > maxValueChars) throw invalid(`${place}.value`, `is longer than ${maxValueChars} letters`)
    if (Object.hasOwn(macros, name)) throw duplicate(`${place}.name`, name)
    macros[name] = value
  }
  return macros
}

export const viewMacros = (macros: MacroMap): v1Macros => ({
  macros: Object.entries(macros)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({ name, value })),
})

export function addMacros(present: MacroMap, added: MacroMap): MacroMap {
  const twice = Object.keys(added).find((name) => Object.hasOwn(present, name))
  if (twice !== undefined) throw duplicate('macros', twice)
  return { ...present, ...added }
}

export const removeMacros = (present: MacroMap, names: readonly string[]): MacroMap =>
  Object.fromEntries(Object.entries(present).filter(([name]) => !names.includes(name)))

const duplicate = (field: string, name: string): AtriumError =>
  new AtriumError(
    'UnprocessableEntity',
    `${field}: a macro named '${name}' exists already. PUT replaces the whole set, PATCH one value.`,
    {
      details: { field },
    },
  )
