import type { RegistryAccess } from './registry-tokens.ts'

const SCOPE = /^repository(?:\([^)]*\))?:([a-z0-9]+(?:[._/-]+[a-z0-9]+)*):([a-z,*]+)$/
const maxScopes = 20

/**
 * What a client asked for in `?scope=` (several separated by blanks), cut down to what a tenant's user may have: to pull. Scopes that are
 * no repositories are dropped, as the token protocol wants; the registry then refuses.
 */
export function pullAccess(scopes: readonly string[]): RegistryAccess[] {
  const asked = scopes.flatMap((scope) => scope.split(' ')).slice(0, maxScopes)
  return asked.flatMap((scope) => {
    const [, name, actions = ''] = SCOPE.exec(scope) ?? []
    const wanted = actions.split(',')
    return name !== undefined && (wanted.includes('pull') || wanted.includes('*'))
      ? [{ type: 'repository' as const, name, actions: ['pull'] }]
      : []
  })
}
