import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BareCluster, openBareCluster } from './harness/bare-cluster.ts'
import { client, openStage, WORLD_LIMIT_MS } from './harness/stage.ts'
import * as imported from './scenarios/imported-clusters.ts'

const BARE_LIMIT_MS = 120_000
const managed = 'spectrocloud_cluster_brownfield.managed'

describe.skipIf(typeof client === 'string')(
  'the Terraform provider, unmodified, with clusters that somebody else made',
  () => {
    const { platform, scenario, useScenario, expectEmptyPlan } = openStage()
    useScenario({ name: 'imported-clusters' })
    let theirs: BareCluster
    beforeAll(async () => {
      theirs = await openBareCluster(platform, 'theirs')
    }, BARE_LIMIT_MS)
    afterAll(() => theirs?.close())

    const apply = async (step: string, variables: typeof imported.first): Promise<void> => {
      scenario.begin(step)
      await scenario.workspace.apply(variables)
      await expectEmptyPlan(variables)
    }
    /** What the layers of profiles put into the cluster; empty = it is not there. */
    const expectNotes = (note: string, sign: string): Promise<void> => {
      const read = (name: string, path: string) =>
        theirs.kubectl('get', 'configmap', name, '--ignore-not-found', '-o', `jsonpath=${path}`)
      const notes = async () => [
        await read('note', '{.data.round}'),
        await read('sign', '{.data.version} {.data.colour}'),
      ]
      return expect.poll(notes, { timeout: WORLD_LIMIT_MS, interval: 250 }).toEqual([note, sign])
    }
    const expectAccess = (quotas: string, subjects: string): Promise<void> => {
      const all = ['get', 'resourcequotas,clusterrolebindings,rolebindings', '--all-namespaces']
      const path = '{range .items[?(@.kind=="ResourceQuota")]}{.metadata.namespace}={.spec.hard.requests\\.cpu} {end}'
      const access = async () => [
        await theirs.kubectl(...all, '-o', `jsonpath=${path}`),
        await theirs.kubectl('auth', 'can-i', 'list', 'pods', '--as', subjects).catch(({ stdout }) => stdout),
      ]
      return expect.poll(access, { timeout: WORLD_LIMIT_MS, interval: 250 }).toEqual([quotas, 'yes\n'])
    }

    test('asks for them, and sees no difference while nobody has applied a manifest', async () => {
      await apply('create', imported.first)
      expect(await scenario.workspace.output('found')).toMatchObject({ same: true, state: 'Importing' })
    })

    test('manages one once its manifest was applied, and sees no difference', async () => {
      const command = await scenario.workspace.output<string>('command')
      expect(command).toMatch(/^kubectl apply -f https:/)
      await theirs.kubectl(...command.split(' ').slice(1))
      await expectNotes('first', '')
      await expectAccess('team-a=2 ', 'ann@example.com')
      const uid = await scenario.workspace.output<string>('uid')
      const overview = () =>
        platform.client.call('GET /v1/dashboard/spectroclusters/{uid}/overview', { params: { uid } })
      const isHealthy = { status: { state: 'Running', health: { state: 'Healthy' } } }
      await expect.poll(overview, { timeout: WORLD_LIMIT_MS, interval: 250 }).toMatchObject(isHealthy)
      await apply('managed', imported.first)
      const found = { same: true, state: 'Running', health: 'Healthy', zone: 'Europe/Vienna' }
      expect(await scenario.workspace.output('found')).toEqual(found)
    })

    test('brings a profile from another resource, and sees no difference', async () => {
      await apply('deploy', imported.deployed)
      await expectNotes('first', '1.0.0 grey')
    })

    test('puts a node into maintenance and takes it out again, and sees no difference', async () => {
      const unschedulable = () =>
        theirs.kubectl('get', 'node', 'theirs-worker-0', '-o', 'jsonpath={.spec.unschedulable}')
      await apply('cordon', imported.cordoned)
      expect(await unschedulable()).toBe('true')
      await apply('uncordon', imported.uncordoned)
      expect(await unschedulable()).toBe('')
    })

    test('changes all of it, and sees no difference', async () => {
      await apply('change', imported.changed)
      await expectNotes('changed', '1.1.0 grey')
      await expectAccess('team-a=3 team-b=1 ', 'bob@example.com')
    })

    test('gives the deployed profile a value, and sees no difference', async () => {
      await apply('recolour', imported.recoloured)
      await expectNotes('changed', '1.1.0 red')
    })

    test('takes the deployed profile away again, and nothing else', async () => {
      await apply('detach', imported.detached)
      await expectNotes('changed', '')
    })

    test('imports by name; what the client does not read back is given once more', async () => {
      scenario.begin('import')
      await scenario.workspace.forget(managed)
      await scenario.workspace.import(imported.detached, managed, 'conformance-managed:project:generic')
      await apply('again', imported.detached)
    })

    test('destroys them: the agent goes, and nothing else', async () => {
      scenario.begin('destroy')
      await scenario.workspace.destroy(imported.detached)
      const hasAgent = () => theirs.has('namespace/atrium-system')
      await expect.poll(hasAgent, { timeout: WORLD_LIMIT_MS, interval: 250 }).toBe(false)
      expect(await theirs.has('configmap/note')).toBe(true)
    })

    test('says nothing that the recorded conversation lacks', () => {
      expect(scenario.unrecorded()).toEqual([])
    })
  },
)
