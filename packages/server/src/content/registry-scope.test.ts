import { expect, it } from 'vitest'
import { keptRepository } from './kept.ts'
import { pullAccess } from './registry-scope.ts'

it('a user may pull what is shared, and no copy of a tenant', () => {
  const kept = keptRepository('0123456789abcdef01234567', '89abcdef0123456701234567', 'web')
  const scopes = ['repository:spectro-packs/archive/web:pull,push', `repository:${kept}:pull`]
  expect(pullAccess(scopes)).toEqual([{ type: 'repository', name: 'spectro-packs/archive/web', actions: ['pull'] }])
})
