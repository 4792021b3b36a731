import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { newUid } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { type Actor, systemTenant } from '@atrium/runtime/store/store.ts'
import * as rows from '../../store/identity/operator-keys.ts'
import { lockOperators } from '../../store/identity/operators.ts'
import { change, type Parts, unique } from '../parts.ts'
import { hashOf, newToken } from '../tokens.ts'

export type { OperatorKey } from '../../store/identity/operator-keys.ts'

type OperatorKey = rows.OperatorKey

/** Of one operator. */
const mostKeys = 20

/** Keys that programs act by for an operator: with the rights that their owner has at each request. */
export interface OperatorKeys {
  /** By name; those that expired too. Throws `ResourceNotFound` when there is no such operator. */
  keysOf(operatorUid: string): Promise<OperatorKey[]>
  createKey(
    actor: Actor,
    operatorUid: string,
    key: Pick<OperatorKey, 'name' | 'expiresAt'>,
  ): Promise<{ key: OperatorKey; secret: Secret<string> }>
  deleteKey(actor: Actor, operatorUid: string, uid: string): Promise<void>
}

const entry = (action: string, key: OperatorKey, message: string) =>
  ({ action, kind: 'OperatorKey', uid: key.uid, name: key.name, message }) as const

export function operatorKeys(parts: Parts): OperatorKeys {
  const { database, random } = parts
  return {
    keysOf: (operatorUid) => rows.selectOperatorKeys(database.readsOf(systemTenant), operatorUid),

    createKey: (actor, operatorUid, { name, expiresAt }) =>
      unique(`You have a key named '${name}' already.`, 'name', () =>
        change(parts, { tenant: systemTenant, actor }, async (sql, at) => {
          // One after the other: none is made for who is just made inactive, and none beyond the most.
          const owner = (await lockOperators(sql)).find(({ uid }) => uid === operatorUid)
          if (!owner?.isActive) throw new AtriumError('InvalidState', 'The operator is not active.')
          mustFit(await rows.selectOperatorKeys(sql, operatorUid))
          const token = newToken(systemTenant, random)
          const key = { uid: newUid(random), operatorUid, name, createdAt: at, expiresAt }
          await rows.insertOperatorKey(sql, { ...key, hash: hashOf(token) })
          const message = `made a key for ${owner.email}, until ${expiresAt}`
          return { result: { key, secret: new Secret(token) }, entry: entry('create', key, message) }
        }),
      ),

    deleteKey: (actor, operatorUid, uid) =>
      change(parts, { tenant: systemTenant, actor }, async (sql) => {
        const gone = await rows.deleteOperatorKey(sql, operatorUid, uid)
        if (!gone) throw new AtriumError('ResourceNotFound', `The operator has no key '${uid}'.`)
        return { result: undefined, entry: entry('delete', gone, 'revoked the key') }
      }),
  }
}

function mustFit(keys: readonly OperatorKey[]): void {
  if (keys.length < mostKeys) return
  const message = `An operator may have ${mostKeys} keys. Revoke those that are not used, or have expired.`
  throw new AtriumError('ResourceLimitReached', message, { details: { limit: mostKeys } })
}
