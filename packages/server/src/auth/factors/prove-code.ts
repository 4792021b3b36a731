import { isoNow } from '@atrium/runtime/base/clock.ts'
import type { Sql } from '../../store/database.ts'
import { selectTotp, useTotpStep } from '../../store/identity/factors.ts'
import { useRecoveryCode } from '../../store/identity/recovery-codes.ts'
import type { Parts } from '../parts.ts'
import type { Person } from '../sign-in/sign-in-identity.ts'
import { recoveryHash } from './recovery-codes.ts'
import { openSecret } from './secrets.ts'
import { stepOf } from './totp.ts'

const appCode = /^\d{6}$/
const longestCode = 64

/** Uses a code of one of the person's apps, once: which app it was; null = of none, or used before. */
export async function useAppCode(
  parts: Parts,
  sql: Sql,
  person: Person,
  code: string,
  { isConfirmed }: { isConfirmed: boolean },
): Promise<string | null> {
  const { tenant, userUid } = person
  if (!appCode.test(code)) return null
  for (const row of await selectTotp(sql, tenant, userUid, { isConfirmed })) {
    const step = stepOf(await openSecret(parts, sql, person, row), code, parts.clock.now())
    const use = { name: row.name, step: step ?? 0, at: isoNow(parts.clock) }
    if (step !== null && (await useTotpStep(sql, tenant, userUid, use))) return row.name
  }
  return null
}

/** By a code of an app, or a recovery code: which of them; null = wrong. */
export async function proveByCode(parts: Parts, sql: Sql, person: Person, typed: string): Promise<string | null> {
  const code = typed.trim()
  if (code.length > longestCode) return null
  const app = await useAppCode(parts, sql, person, code, { isConfirmed: true })
  if (app !== null) return `a code of '${app}'`
  const isRecovery = await useRecoveryCode(sql, person.tenant, person.userUid, recoveryHash(code))
  return isRecovery ? 'a recovery code' : null
}
