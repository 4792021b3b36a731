import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestApi } from './support/api.ts'
import { type MadeCluster, newCluster, openClusterApi } from './support/clusters.ts'

let api: TestApi
let made: MadeCluster
beforeAll(async () => {
  api = await openClusterApi()
  made = await newCluster(api)
})
afterAll(() => api.close())

const many = <T>(count: number, item: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => item(at))
async function refused(route: string, body: unknown, field: string): Promise<string> {
  const answer = await made.call(route, { body })
  expect([answer.status, answer.body.code, answer.body.details?.field], answer.text.slice(0, 300)).toEqual([
    400,
    'InvalidRequest',
    field,
  ])
  return answer.body.message
}

test('a list or an object with too many entries is refused, with its place, before anything looks into it', async () => {
  const text = await refused(
    'POST /v1/teams',
    { metadata: { name: 't' }, spec: { users: many(10_001, String) } },
    'spec.users',
  )
  expect(text).toContain('10000 entries')
  const labels = Object.fromEntries(many(10_001, (at) => [`key-${at}`, '']))
  await refused('POST /v1/projects', { metadata: { name: 'p', labels } }, 'metadata.labels')
  await refused('POST /v1/projects', { metadata: many(10_001, () => [',"[{', {}]) }, 'metadata')
})

test.each([
  [
    'profiles of a cluster',
    'PUT /v1/spectroclusters/{cluster}/profiles',
    'profiles',
    () => ({ profiles: many(101, () => ({ uid: made.addon })) }),
  ],
  [
    'packs to be judged',
    'POST /v1/clusterprofiles/validate/packs',
    'spec.template.packs',
    () => ({ packs: many(101, (at) => ({ name: `p${at}`, layer: 'addon' })) }),
  ],
  ['roles of a user', 'PUT /v1/users/{user}/roles', 'roles', () => ({ roles: many(101, (at) => `role-${at}`) })],
  [
    'teams of a user',
    'POST /v1/users',
    'spec.teams',
    () => ({ spec: { emailId: 'a@b.test', firstName: 'A', lastName: 'B', teams: many(101, (at) => `team-${at}`) } }),
  ],
  [
    'tokens to be revoked',
    'POST /v1/users/auth/tokens/revoke',
    'tokens',
    () => ({ tokens: many(101, (at) => `token-${at}`) }),
  ],
] as const)('%s are as many as can be looked up one by one', async (_what, route, field, body) => {
  const user = await api.newUser(made.tenant, [])
  await refused(route.replace('{cluster}', made.cluster).replace('{user}', user.uid), body(), field)
})

test('an error does not send back what it was sent', async () => {
  const uid = '{'.repeat(70_000)
  const { status, text, body } = await made.call(`PUT /v1/spectroclusters/${made.cluster}/profiles`, {
    body: { profiles: [{ uid }] },
  })
  expect([status, body.details.field]).toEqual([400, 'profiles[0].uid'])
  expect(text.length).toBeLessThan(15_000)
})
