import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { canSomewhere } from '../../../auth/rights/subject.ts'
import { pullAccess } from '../../../content/registry-scope.ts'
import { definePublicOperation } from '../../operation.ts'

/**
 * The token service of the platform's registry, for standard clients: they sign in with any user name and an API key as the password.
 * A token opens what was asked for as far as it is pulling; the packs of this registry are the same for every tenant.
 */
export const atriumRegistryToken = definePublicOperation('atriumRegistryToken', async (request, context) => {
  const { registryTokens } = context
  if (!registryTokens) throw new AtriumError('InvalidState', 'This installation has no registry of its own.')
  const key = passwordOf(request.header('authorization'))
  const subject = key === null ? null : await context.identity.subjectOfApiKey(key)
  if (!subject) {
    throw new AtriumError('Unauthorized', 'Sign in with Basic authentication: an API key is the password.')
  }
  if (!canSomewhere(subject, 'packRegistry.get')) {
    throw new AtriumError('Forbidden', 'This needs the permission packRegistry.get.')
  }
  const { token, issuedAt, ttlMs } = await registryTokens.issue({
    access: pullAccess(request.query.scope ?? []),
    subject: subject.userUid,
  })
  const text = token.reveal()
  return { token: text, access_token: text, expires_in: Math.floor(ttlMs / 1000), issued_at: issuedAt }
})

function passwordOf(header: string | undefined): string | null {
  const encoded = /^Basic ([A-Za-z0-9+/=]{1,4096})$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return null
  const [, password = ''] = /^[^:]*:(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? []
  return password === '' ? null : password
}
