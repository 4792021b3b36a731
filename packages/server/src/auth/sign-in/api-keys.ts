import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { newUid } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import * as rows from '../../store/identity/api-keys.ts'
import { selectUser } from '../../store/identity/users.ts'
import type { ApiKey, Identity } from '../identity.ts'
import { change, type Parts, userNotFound } from '../parts.ts'
import { hashOf, newToken } from '../tokens.ts'

const keyNotFound = (uid: string): AtriumError => new AtriumError('ResourceNotFound', `ApiKey '${uid}' is not found.`)

const entry = (action: string, key: ApiKey, message: string) =>
  ({ action, kind: 'ApiKey', uid: key.uid, name: key.name, message }) as const

export function apiKeys(
  parts: Parts,
): Pick<Identity, 'createApiKey' | 'getApiKey' | 'listApiKeys' | 'updateApiKey' | 'deleteApiKey'> {
  const { database, random } = parts
  return {
    createApiKey: (scope, input) =>
      change(parts, scope, async (sql, at) => {
        const user = await selectUser(sql, scope.tenant, input.userUid)
        if (!user) throw userNotFound(input.userUid)
        const token = newToken(scope.tenant, random)
        const key = await rows.insertApiKey(sql, scope.tenant, {
          uid: newUid(random),
          name: input.name,
          userUid: input.userUid,
          labels: input.labels ?? {},
          annotations: input.annotations ?? {},
          expiresAt: input.expiresAt,
          hash: hashOf(token),
          at,
        })
        const result = { key, secret: new Secret(token) }
        return { result, entry: entry('create', key, `created a key for ${user.email}`) }
      }),

    getApiKey: (tenant, uid) => rows.selectApiKey(database.readsOf(tenant), tenant, uid),

    listApiKeys: (tenant, userUid) => rows.selectApiKeys(database.readsOf(tenant), tenant, userUid ?? null),

    updateApiKey: (scope, uid, patch) =>
      change(parts, scope, async (sql, at) => {
        const known = await rows.selectApiKey(sql, scope.tenant, uid)
        if (!known) throw keyNotFound(uid)
        const key = { ...known, ...patch }
        await rows.updateApiKey(sql, scope.tenant, key, at)
        return { result: undefined, entry: entry('update', key, 'changed the key') }
      }),

    deleteApiKey: (scope, uid) =>
      change(parts, scope, async (sql) => {
        const key = await rows.selectApiKey(sql, scope.tenant, uid)
        if (!key) throw keyNotFound(uid)
        await rows.deleteApiKey(sql, scope.tenant, uid)
        return { result: undefined, entry: entry('delete', key, 'deleted the key') }
      }),
  }
}
