import { createEgress } from '@atrium/runtime/egress/egress.ts'
import { createKeyPair } from '@atrium/runtime/pki/keys.ts'
import { createSigningRequest } from '@atrium/runtime/pki/pki.ts'
import { createIdentity } from '@atrium/server/auth/create-identity.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { actor, createBareCluster, deps } from '../src/link-plane.ts'
import { converse, LinkWorld, until } from './support/link-world.ts'

const egress = createEgress({
  ...{ allowedRanges: ['127.0.0.0/8', '::1/128'], allowPlainHttp: false },
  ...{ timeoutMs: 20_000, maxBytes: 1024 * 1024 },
})
let world: LinkWorld
beforeAll(async () => {
  world = await LinkWorld.open()
})
afterAll(async () => {
  await world.close()
  await egress.close()
})

async function enrol(token: string, csr: string): Promise<number> {
  const { status } = await egress.request(`${world.plane.url}/link/v1/enrol`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token, csr, agentVersion: '' }),
    caBundle: world.plane.trust,
  })
  return status
}

test('agents of a tenant that is disabled are cut off and refused, told why, and come back when it is enabled', async () => {
  const { store } = world.plane
  const { tenantLife } = createIdentity({ ...deps, database: store.database, system: store.system, keys: store.keys })
  const theirs = world.openLink(await world.newAgent(world.otherTenant))
  const agent = await world.newAgent()
  const link = world.openLink(agent)
  await until('both connected', () => link.connected && theirs.connected)
  const clusterUid = await createBareCluster(store, world.tenant, 'late')
  const token = (await world.plane.link.issueEnrolment({ tenant: world.tenant, clusterUid })).token.reveal()
  const csr = await createSigningRequest(await createKeyPair())

  await tenantLife.disable(actor, world.tenant)
  await until('cut off', () => !link.connected)
  const { frames } = await converse(world, { identity: agent.identity.saved })
  expect(frames.at(-1)).toEqual({ type: 'bye', reason: 'The tenant is closed by the operator of the plane.' })
  expect(await enrol(token, csr)).toBe(401)
  expect(theirs.connected).toBe(true)

  await tenantLife.enable(actor, world.tenant)
  expect(await enrol(token, csr)).toBe(200)
  await link.close()
  const back = world.openLink(agent)
  await until('connected again', () => back.connected)
})
