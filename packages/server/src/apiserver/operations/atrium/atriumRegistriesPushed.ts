import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { systemTenant } from '@atrium/runtime/store/store.ts'
import { isSameSecret } from '../../../auth/tokens.ts'
import { contentActor } from '../../../content/tenant.ts'
import { definePublicOperation } from '../../operation.ts'

/** Secret field of a registry: what its push hook must show. */
export const hookField = 'hook'

const uidPattern = /^[0-9a-f]{24}$/

/** For a registry to say that something was pushed: it is read at once. One answer for whoever has no right to. */
export const atriumRegistriesPushed = definePublicOperation('atriumRegistriesPushed', async (request, { store }) => {
  const { tenant, uid } = request.params
  const bearer = request.header('authorization')?.replace(/^Bearer /i, '')
  const token = bearer ?? request.header('x-gitlab-token') ?? ''
  const isKnown = uidPattern.test(uid) && (uidPattern.test(tenant) || tenant === systemTenant) && token.length <= 256
  const isOpen =
    isKnown &&
    (await store.transaction(tenant, contentActor, async (tx) => {
      const expected = await tx.getSecret({ kind: 'Registry', uid }, hookField)
      if (expected === null || !isSameSecret(token, expected.reveal())) return false
      await tx.enqueue('Registry', uid)
      return true
    }))
  if (!isOpen) throw new AtriumError('Unauthorized', 'This needs the token of the hook (Authorization: Bearer).')
})
