import { isKept } from './kept.ts'
import type { RegistryAccess } from './registry-tokens.ts'

const REPOSITORY = /^repository(?:\([^)]*\))?:([a-z0-9]+(?:[._/-]+[a-z0-9]+)*):([a-z,*]+)$/
const maxScopes = 20

/**
 * What a client asked for in `?scope=`, cut down to what a tenant's user may have: to pull. Several scopes come separated by blanks or as
 * several parameters; a query parser may have cut them at the commas between actions, so they are joined first. Scopes that are no
 * repositories, and copies of tenants' packs, are dropped, as the token protocol wants; the registry then refuses.
 */
export function pullAccess(scopes: readonly string[]): RegistryAccess[] {
  const asked = scopes
    .join(',')
    .split(/[\s,]+(?=(?:repository|registry)[:(])/)
    .slice(0, maxScopes)
  return asked.flatMap((scope) => {
    const [, name, actions = ''] = REPOSITORY.exec(scope) ?? []
    const wanted = actions.split(',')
    return name !== undefined && !isKept(name) && (wanted.includes('pull') || wanted.includes('*'))
      ? [{ type: 'repository' as const, name, actions: ['pull'] }]
      : []
  })
}
