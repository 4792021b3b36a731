import type { Client } from '@atrium/client/client.ts'
import { expect, test } from 'vitest'
import { planRequest, type TriedChange } from './request.ts'

const answers: Record<string, unknown> = {
  'GET /v1/spectroclusters/{uid}': {
    spec: {
      clusterProfileTemplates: [
        { uid: 'infra-1', name: 'infra' },
        { uid: 'apps-1', name: 'apps' },
      ],
    },
  },
  'GET /v1/spectroclusters/{uid}/variables': [
    { profileUid: 'infra-1', variables: [{ name: 'domain' }, { name: 'tag' }] },
    { profileUid: 'apps-1', variables: [{ name: 'tag' }, { name: 'greeting' }] },
  ],
  'GET /v1/dashboard/clusterprofiles/metadata': {
    items: [{ metadata: { uid: 'apps-2', name: 'apps' }, spec: { version: '2.0.0' } }],
  },
  'GET /v1/clusterprofiles/{uid}/variables': { variables: [{ name: 'greeting' }, { name: 'fresh' }] },
  'GET /atrium/v1/clusters/{uid}/policy': { drift: 'heal', nodes: 'alert', layers: { 'apps/db': 'alert' } },
}
const client = { call: async (route: string) => answers[route] } as unknown as Client
const request = (tried: TriedChange) => planRequest(client, 'u', tried)

test('values go to the profile that declares them, also to one that is only attached now', async () => {
  expect(
    await request({ set: ['domain=a=b', 'apps/tag=2'], pool: ['w=3'], removePool: ['x'], drift: 'alert' }),
  ).toEqual({
    ...{ profiles: [], detached: [], pools: [{ name: 'w', size: 3 }], removedPools: ['x'] },
    variables: [
      { profileUid: 'infra-1', variables: [{ name: 'domain', value: 'a=b' }] },
      { profileUid: 'apps-1', variables: [{ name: 'tag', value: '2' }] },
    ],
    policy: { drift: 'alert', nodes: 'alert', layers: { 'apps/db': 'alert' } },
  })
  const { profiles, variables } = await request({ profile: ['apps@2.0.0'], set: ['fresh=x', 'tag=3'] })
  expect(profiles).toEqual([{ uid: 'apps-2', variables: [{ name: 'fresh', value: 'x' }] }])
  expect(variables).toEqual([{ profileUid: 'infra-1', variables: [{ name: 'tag', value: '3' }] }])
  expect((await request({ layer: { 'apps/web': 'alert', 'apps/db': 'inherit' } })).policy).toEqual({
    ...{ drift: 'heal', nodes: 'alert', layers: { 'apps/web': 'alert' } },
  })
  expect((await request({ detach: ['apps'] })).detached).toEqual(['apps-1'])
})

test.each<[TriedChange, string]>([
  [{ set: ['tag=1'] }, '--set tag=1: several profiles declare it. Write infra/tag=… or apps/tag=….'],
  [{ set: ['none=1'] }, "--set none=1: no profile declares the variable 'none'. There are: infra/domain"],
  [{ set: ['novalue'] }, '--set novalue: write it as name=value.'],
  [{ pool: ['w=many'] }, '--pool w=many: write it as name=size.'],
  [{ detach: ['none'] }, "There is no profile 'none'. There are: infra, apps."],
  [{ profile: ['apps@9'] }, "There is no profile 'apps@9'. There are: apps@2.0.0."],
])('%j is refused with what there is', async (tried, message) => {
  await expect(request(tried)).rejects.toThrow(message)
})
