import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { LayerDraft } from '@atrium/dev-env/fake-plane.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AgentEnv, chart, configMapYaml } from './support/agent-env.ts'

let env: AgentEnv
beforeAll(async () => {
  env = await AgentEnv.start()
})
afterAll(() => env?.stop())

const template = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: web }\ndata: { a: "1" }\n'
const layers: LayerDraft[] = [
  { name: 'web', pack: chart('web', template), values: 'pack:\n  namespace: web\n' },
  { name: 'plain', values: 'pack:\n  namespace: plain\n', manifests: { plain: configMapYaml('plain', { a: '1' }) } },
]
const webRef = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'web', name: 'web' }
const plainRef = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'plain', name: 'plain' }

test('while the plane is away a restarted agent enforces what it knows, also when its disk is lost', async () => {
  await env.plane.send(layers)
  await env.applied()
  expect((await stat(join(env.stateDir, 'desired.json'))).mode & 0o777).toBe(0o600)
  const release = { apiVersion: 'v1', kind: 'Secret', namespace: 'web', name: 'sh.helm.release.v1.web.v1' }
  const before = (await env.client.get(release)).metadata.resourceVersion

  env.plane.setOnline(false)
  await env.stopAgent({ loseDisk: true })
  await env.client.delete(plainRef)
  await env.client.patch(webRef, { data: { a: 'changed while nobody looked' } }, { type: 'merge' })
  await env.startAgent()
  await expect.poll(() => env.client.find(plainRef)).not.toBeNull()
  await expect.poll(async () => (await env.client.get(webRef)).data).toEqual({ a: '1' })
  expect((await env.client.get(release)).metadata.resourceVersion).toBe(before)
  expect(env.agent?.reporter.state()).toMatchObject({ applied: { epoch: 1, generation: 1 } })
})

test('a desired state that came before the plane went away is installed without it', async () => {
  env.plane.setOnline(true)
  // Accepted and prefetched, but waiting for a layer that is not ready; then both plane and agent go.
  const gate = JSON.stringify({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'gate', namespace: 'default' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName: 'none' },
  })
  const late: LayerDraft = { name: 'late', priority: 9, manifests: { late: configMapYaml('late', { a: '1' }) } }
  await env.plane.send([...layers, { name: 'gate', manifests: { gate } }, late])
  await expect.poll(() => env.plane.states().late).toBe('WaitingForOtherLayers')
  env.plane.setOnline(false)
  await env.stopAgent({ loseDisk: true })
  await env.startAgent()
  const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'default', name: 'gate' }
  await expect.poll(() => env.client.find(claim)).not.toBeNull()
  await env.client.patch(claim, { status: { phase: 'Bound' } }, { type: 'merge', subresource: 'status' })
  await expect.poll(() => env.configMap('late')).not.toBeNull()
})

test('an installation that was cut off is finished by the next agent', async () => {
  env.plane.setOnline(true)
  // The first agent dies while helm waits for a hook that never ends.
  const hooked = `${template.replace('name: web', 'name: hooked')}---
apiVersion: batch/v1
kind: Job
metadata: { name: wait, annotations: { helm.sh/hook: pre-install, helm.sh/hook-delete-policy: before-hook-creation } }
spec: { template: { spec: { restartPolicy: Never, containers: [{ name: a, image: a }] } } }
`
  await env.plane.send([
    ...layers,
    { name: 'hooked', pack: chart('hooked', hooked), values: 'pack:\n  namespace: hooked\n' },
  ])
  await expect.poll(() => env.find('batch/v1', 'Job', 'wait', 'hooked')).not.toBeNull()
  await env.stopAgent()
  env.completeJobs(() => 'Complete')
  await env.startAgent()
  await env.applied()
  expect(await env.configMap('hooked', 'hooked')).not.toBeNull()
  expect(env.plane.states().hooked).toBe('Ready')
})

test('a desired state that waits for the agent is taken, however soon the link opens', async () => {
  await env.stopAgent({ loseDisk: true })
  const fresh: LayerDraft = { name: 'fresh', manifests: { fresh: configMapYaml('fresh', { a: '1' }) } }
  await env.plane.send([...layers, fresh])
  await env.startAgent()
  await env.applied()
  expect(await env.configMap('fresh')).not.toBeNull()
})

test('a deviation that was open when the agent stopped and is gone when it starts is told as resolved', async () => {
  await env.plane.send(layers, { drift: 'alert' })
  await env.applied()
  await env.client.patch(plainRef, { data: { a: 'changed' } }, { type: 'merge' })
  const states = () =>
    [...env.plane.deviations.values()].filter((one) => one.object.endsWith('plain/plain')).map((one) => one.state)
  await expect.poll(() => states().at(-1)).toBe('open')
  await env.stopAgent()
  await env.client.patch(plainRef, { data: { a: '1' } }, { type: 'merge' })
  await env.startAgent()
  await expect.poll(() => states().at(-1)).toBe('repaired')
})
