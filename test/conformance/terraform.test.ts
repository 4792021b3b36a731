import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { KubeClient } from '@atrium/kube/client.ts'
import { parseKubeconfig } from '@atrium/kube/config.ts'
import type { KubeObject } from '@atrium/kube/object.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findForeignClient } from './harness/find-client.ts'
import { startPlatform, type TestPlatform } from './harness/platform.ts'
import { openWorkspace, type Variables, type Workspace } from './harness/workspace.ts'
import type { Conversation } from './recorder/conversation.ts'
import { distil } from './recorder/distil.ts'
import { type RecordingProxy, startProxy } from './recorder/proxy.ts'
import { changed, configuration, first, reduced } from './scenarios/custom-cloud.ts'

/** `ATRIUM_CONFORMANCE_RECORD=1` writes the conversation anew; otherwise it is held against the recorded one. */
const isRecording = process.env.ATRIUM_CONFORMANCE_RECORD === '1'
const recording = join(import.meta.dirname, 'conversations/custom-cloud.json')
const about = { scenario: 'custom-cloud', client: 'terraform-provider-spectrocloud 0.29.2' }
const clusterAddress = 'spectrocloud_cluster_custom_cloud.cluster'
const projectAddress = 'spectrocloud_project.team'
const WORLD_LIMIT_MS = 60_000

const client = await findForeignClient(process.env)
if (typeof client === 'string') process.stderr.write(`Terraform is not tried: ${client}. See docs/conformance.md.\n`)

describe.skipIf(typeof client === 'string')('the Terraform provider, unmodified, with a custom cloud', () => {
  let platform: TestPlatform
  let proxy: RecordingProxy
  let workspace: Workspace

  beforeAll(async () => {
    if (typeof client === 'string') return
    platform = await startPlatform()
    proxy = await startProxy(platform.url, platform.authority)
    const { apiKey, project } = platform.credentials
    const endpoint = { host: proxy.host, apiKey, project: project.name }
    const folder = join(import.meta.dirname, 'scenarios', configuration)
    workspace = openWorkspace(client, folder, endpoint, { inOrder: isRecording })
  })
  afterAll(async () => {
    await proxy?.close()
    await platform?.close()
    workspace?.remove()
  })

  const inCluster = async (): Promise<KubeClient> => {
    const config = await parseKubeconfig(await workspace.output<string>('kubeconfig'), {
      baseDir: null,
      clock: systemClock,
    })
    return new KubeClient({ config, clock: systemClock })
  }
  /** What the cluster really holds, as far as the scenario declares it. */
  const clusterContent = async (kube: KubeClient) => {
    const nodes = await kube.list<KubeObject>({ apiVersion: 'v1', kind: 'Node' })
    const find = (apiVersion: string, kind: string, namespace: string, name: string) =>
      kube.find<KubeObject & { data?: { replicas?: string }; spec?: { replicas?: number } }>({
        ...{ apiVersion, kind, namespace, name },
      })
    const note = await find('v1', 'ConfigMap', 'default', 'note')
    const page = await find('apps/v1', 'Deployment', 'hello-atrium', 'hello-atrium')
    return {
      nodes: nodes.items.length,
      web: nodes.items.filter(({ metadata }) => metadata.labels?.tier === 'web').length,
      note: note?.data?.replicas ?? null,
      page: page?.spec?.replicas ?? null,
    }
  }
  const expectEmptyPlan = async (variables: Variables): Promise<void> => {
    const plan = await workspace.plan(variables)
    expect(plan.empty, plan.output).toBe(true)
  }
  const expectContent = async (expected: Awaited<ReturnType<typeof clusterContent>>): Promise<void> => {
    const kube = await inCluster()
    await expect.poll(() => clusterContent(kube), { timeout: WORLD_LIMIT_MS, interval: 250 }).toEqual(expected)
  }

  test('creates what it declares, and sees no difference', async () => {
    proxy.begin('create')
    await workspace.apply(first)
    expect(await workspace.output('found')).toMatchObject({ state: 'Running', health: 'Healthy', pack: '1.0.0' })
    await expectEmptyPlan(first)
    await expectContent({ nodes: 2, web: 1, note: '1', page: 1 })
  })

  test('changes it in place, and sees no difference', async () => {
    proxy.begin('change')
    await workspace.apply(changed)
    await expectEmptyPlan(changed)
    await expectContent({ nodes: 4, web: 2, note: '2', page: 2 })
  })

  test('takes parts away again, and sees no difference', async () => {
    proxy.begin('reduce')
    await workspace.apply(reduced)
    await expectEmptyPlan(reduced)
    await expectContent({ nodes: 3, web: 2, note: null, page: null })
  })

  test('imports by name what it had forgotten, and sees no difference', async () => {
    proxy.begin('import')
    await workspace.forget(projectAddress)
    await workspace.forget(clusterAddress)
    await workspace.import(reduced, projectAddress, 'conformance-team')
    await workspace.import(reduced, clusterAddress, 'conformance:project:local')
    await expectEmptyPlan(reduced)
  })

  test('destroys everything, and nothing is left', async () => {
    proxy.begin('destroy')
    await workspace.destroy(reduced)
    expect(readdirSync(platform.clustersFolder)).toEqual([])
  })

  test('says nothing that the recorded conversation lacks', () => {
    const heard = distil(about, proxy.exchanges)
    if (isRecording) writeFileSync(recording, `${JSON.stringify(heard, null, 2)}\n`)
    const known = operationsOf(JSON.parse(readFileSync(recording, 'utf8')) as Conversation)
    expect([...operationsOf(heard)].filter((operation) => !known.has(operation))).toEqual([])
  })
})

const operationsOf = ({ steps }: Conversation): Set<string> =>
  new Set(steps.flatMap(({ exchanges }) => exchanges.map(({ operation, answer }) => `${operation} ${answer.status}`)))
