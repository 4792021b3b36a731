import type { AttachedProfile } from '@atrium/api/kinds/cluster.ts'
import type { ProfileVariable } from '@atrium/api/kinds/cluster-profile.ts'
import type { ObjectRef } from '@atrium/api/kinds/meta.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'

/**
 * Values of sensitive variables by their mark. Specs hold only marks: random, so that they tell nothing of the value, and new
 * whenever the value is, so that the spec's generation rises. The value is a secret of the same object, in a field named after the mark.
 */
export type SealedValues = ReadonlyMap<string, Secret<string>>

/** Specs with marks in the place of values, and the values that are new. */
export interface Sealing<T> {
  sealed: T
  fresh: SealedValues
}

const fieldOf = (mark: string): string => `variable.${mark}`
const newMark = (random: Random): string => random.bytes(16).toString('hex')

export const defaultMarks = (variables: readonly ProfileVariable[]): string[] =>
  variables.flatMap(({ sealedDefault }) => sealedDefault ?? [])

export const clusterMarks = (profiles: readonly AttachedProfile[]): string[] =>
  profiles.flatMap((profile) => [...Object.values(profile.sealedValues ?? {}), ...defaultMarks(profile.variables)])

/** Reads the values behind `marks` from the first of `holders` that has them; those of `known` are not stored. */
export async function readSealed(
  tx: Tx,
  holders: readonly ObjectRef[],
  marks: readonly string[],
  known: SealedValues = new Map(),
): Promise<SealedValues> {
  const values = new Map(known)
  for (const mark of new Set(marks)) {
    for (const holder of holders) {
      const value = values.has(mark) ? null : await tx.getSecret(holder, fieldOf(mark))
      if (value) values.set(mark, value)
    }
    if (!values.has(mark)) throw changedMeanwhile()
  }
  return values
}

/** The variables with their sealed defaults in clear: to be checked or resolved, never to be stored. */
export const openDefaults = (variables: readonly ProfileVariable[], values: SealedValues): ProfileVariable[] =>
  variables.map(({ sealedDefault, ...variable }) => {
    const value = sealedDefault === undefined ? undefined : values.get(sealedDefault)
    return value ? { ...variable, defaultValue: value.reveal() } : variable
  })

/** The profile with its sealed values in clear: to be checked or resolved, never to be stored. */
export function openProfile({ sealedValues, ...profile }: AttachedProfile, values: SealedValues): AttachedProfile {
  const opened = Object.entries(sealedValues ?? {}).flatMap(([name, mark]) => {
    const value = values.get(mark)
    return value ? [[name, value.reveal()] as const] : []
  })
  return {
    ...profile,
    variables: openDefaults(profile.variables, values),
    // A value just given stands before the one it replaces.
    variableValues: { ...Object.fromEntries(opened), ...profile.variableValues },
  }
}

/** Puts marks in the place of sensitive defaults given in clear; an unchanged value keeps the mark it had in `before`. */
export function sealDefaults(
  variables: readonly ProfileVariable[],
  before: readonly ProfileVariable[],
  values: SealedValues,
  random: Random,
): Sealing<ProfileVariable[]> {
  const fresh = new Map<string, Secret<string>>()
  const sealed = variables.map(({ defaultValue, ...variable }) => {
    if (!variable.isSensitive || !defaultValue)
      return { ...variable, ...(defaultValue !== undefined && { defaultValue }) }
    const former = before.filter(({ name }) => name === variable.name)
    return { ...variable, sealedDefault: markFor(defaultValue, defaultMarks(former), { values, fresh, random }) }
  })
  return { sealed, fresh }
}

/** Puts marks in the place of sensitive values given in clear; an unchanged value keeps the mark it had in `before`. */
export function sealProfiles(
  profiles: readonly AttachedProfile[],
  before: readonly AttachedProfile[],
  values: SealedValues,
  random: Random,
): Sealing<AttachedProfile[]> {
  const fresh = new Map<string, Secret<string>>()
  const sealed = profiles.map((profile) => {
    const sensitive = new Set(profile.variables.filter((one) => one.isSensitive).map(({ name }) => name))
    const given = Object.entries(profile.variableValues)
    const marks = given
      .filter(([name]) => sensitive.has(name))
      .map(([name, value]) => {
        const former = before.flatMap(({ sealedValues }) => sealedValues?.[name] ?? [])
        return [name, markFor(value, former, { values, fresh, random })] as const
      })
    const sealedValues = { ...profile.sealedValues, ...Object.fromEntries(marks) }
    const { sealedValues: _former, ...rest } = profile
    return {
      ...rest,
      variableValues: Object.fromEntries(given.filter(([name]) => !sensitive.has(name))),
      ...(Object.keys(sealedValues).length > 0 && { sealedValues }),
    }
  })
  return { sealed, fresh }
}

interface MarkSource {
  values: SealedValues
  fresh: Map<string, Secret<string>>
  random: Random
}

function markFor(value: string, former: readonly string[], { values, fresh, random }: MarkSource): string {
  const same = former.find((mark) => values.get(mark)?.reveal() === value)
  if (same !== undefined) return same
  const mark = newMark(random)
  fresh.set(mark, new Secret(value))
  return mark
}

/**
 * Makes the secrets of `holder` agree with the marks in its spec: stores what is fresh, copies what `sourceOf` says another object
 * holds, removes what no mark names any more.
 */
export async function keepSealed(
  tx: Tx,
  holder: ObjectRef,
  marks: { before: readonly string[]; after: readonly string[] },
  from: { fresh: SealedValues; sourceOf: (mark: string) => ObjectRef | undefined },
): Promise<void> {
  const [before, after] = [new Set(marks.before), new Set(marks.after)]
  for (const mark of after) {
    if (before.has(mark)) continue
    const value = from.fresh.get(mark)
    const source = from.sourceOf(mark)
    if (value) await tx.putSecret(holder, fieldOf(mark), value)
    else if (source) await tx.copySecret(source, holder, fieldOf(mark)).catch(conflictWhenGone)
    else throw new Error(`no value is known for a mark of ${holder.kind} ${holder.uid}`)
  }
  for (const mark of before) if (!after.has(mark)) await tx.removeSecret(holder, fieldOf(mark))
}

function conflictWhenGone(error: unknown): never {
  if (error instanceof AtriumError && error.code === 'ResourceNotFound') throw changedMeanwhile()
  throw error
}

const changedMeanwhile = (): AtriumError =>
  new AtriumError('ResourceConflict', 'A sensitive variable was changed at this moment. Send the request again.')
