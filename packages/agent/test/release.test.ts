import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { LayerDraft } from '@atrium/dev-env/fake-plane.ts'
import { toolPath } from '@atrium/dev-env/tool-paths.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listRevisions } from '../src/layers/releases.ts'
import { AgentEnv, chart } from './support/agent-env.ts'

const run = promisify(execFile)
let env: AgentEnv
beforeAll(async () => {
  env = await AgentEnv.start()
})
afterAll(() => env?.stop())

const template = `
apiVersion: v1
kind: ConfigMap
metadata: { name: served }
data: { greeting: {{ .Values.greeting | quote }} }
---
{{ if .Values.broken }}
apiVersion: v1
kind: ConfigMap
metadata: { name: Not_Valid }
{{ end }}
---
{{ if .Values.hook }}
apiVersion: batch/v1
kind: Job
metadata: { name: check, annotations: { helm.sh/hook: post-upgrade } }
spec: { template: { spec: { restartPolicy: Never, containers: [{ name: a, image: a }] } } }
{{ end }}
`
const layer = (greeting: string, more = ''): LayerDraft => ({
  name: 'served',
  pack: chart('served', template),
  values: `pack:\n  namespace: served\ncharts:\n  served:\n    greeting: ${greeting}\n${more}`,
})
const release = { name: 'served', namespace: 'served' }
const greeting = async () => (await env.configMap('served', 'served'))?.data
const statuses = async () => (await listRevisions(env.client, release)).map((one) => one.status)

test('an upgrade the server would refuse changes nothing, and the layer says why', async () => {
  await env.plane.send([layer('hello')])
  await env.applied()
  const before = await env.configMap('served', 'served')
  await env.plane.send([layer('broken', '    broken: true\n')])
  await expect.poll(() => env.plane.states().served).toBe('Error')
  const { message, installedDigest } = env.plane.layers().served ?? {}
  expect(message).toContain('ConfigMap served/Not_Valid')
  expect(message).toContain('the former version serves on')
  expect(installedDigest).toBe(env.agent?.records.get('p/served')?.valuesDigest)
  expect((await env.configMap('served', 'served'))?.metadata.resourceVersion).toBe(before?.metadata.resourceVersion)
  expect(await statuses()).toEqual(['deployed'])
})

test('an upgrade that fails half way is taken back: the former release serves again', async () => {
  env.completeJobs(() => 'Failed')
  await env.plane.send([layer('halfway', '    hook: true\n')])
  await expect.poll(() => env.plane.layers().served?.message).toContain('the former version serves again')
  expect(env.plane.states().served).toBe('Error')
  expect(await greeting()).toEqual({ greeting: 'hello' })
  expect((await statuses()).at(-1)).toBe('deployed')
})

test('a good desired state after failed ones is installed at once', async () => {
  await env.plane.send([layer('again')])
  await env.applied()
  expect(await greeting()).toEqual({ greeting: 'again' })
})

test('a release that somebody else broke is taken back and reported; one that somebody removed is made again', async () => {
  const helm = (...args: string[]) =>
    run(toolPath('helm'), args, { env: { KUBECONFIG: env.control.kubeconfigPath, HOME: env.stateDir } })
  await helm('rollback', 'served', '1', '--namespace=served')
  const releases = () => [...env.plane.deviations.values()].filter((one) => one.type === 'failed-release')
  await expect.poll(greeting).toEqual({ greeting: 'again' })
  await expect.poll(releases).toMatchObject([{ object: 'Release served/served', state: 'repaired', layer: 'p/served' }])
  expect((await statuses()).at(-1)).toBe('deployed')
  env.plane.deviations.clear()

  await helm('uninstall', 'served', '--namespace=served')
  await expect.poll(statuses).toEqual(['deployed'])
  await expect.poll(greeting).toEqual({ greeting: 'again' })
  await expect.poll(releases).toMatchObject([{ state: 'repaired' }])
})
