import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type ClusterContent, openCluster } from './harness/cluster-content.ts'
import { client, openStage, WORLD_LIMIT_MS } from './harness/stage.ts'
import * as catalogue from './scenarios/catalogue.ts'
import * as accounts from './scenarios/cloud-accounts.ts'
import * as custom from './scenarios/custom-cloud.ts'
import * as tenantWide from './scenarios/tenant-scope.ts'
import * as workspaces from './scenarios/workspaces.ts'

describe.skipIf(typeof client === 'string')('the Terraform provider, unmodified', () => {
  const { charts, platform, scenario, useScenario, expectEmptyPlan } = openStage()
  const expectContent = async (expected: ClusterContent): Promise<void> => {
    const content = await openCluster(await scenario.workspace.output('kubeconfig'))
    await expect.poll(content, { timeout: WORLD_LIMIT_MS, interval: 250 }).toEqual(expected)
  }

  describe('with what belongs to the tenant', () => {
    // The client keeps one scope for all it does at a time: in parallel, project and tenant get mixed up on its side.
    useScenario({ name: 'tenant-scope', inOrder: true })
    const profile = (version: string): string => `spectrocloud_cluster_profile.notes["${version}"]`

    test('creates versions of a profile, accounts and a cluster, and finds each by name', async () => {
      scenario.begin('create')
      await scenario.workspace.apply(tenantWide.first)
      expect(await scenario.workspace.output('same')).toBe(true)
      await expectEmptyPlan(tenantWide.first)
    })

    test('changes them and adds a version, and sees no difference', async () => {
      scenario.begin('change')
      await scenario.workspace.apply(tenantWide.changed)
      expect(await scenario.workspace.output('same')).toBe(true)
      await expectEmptyPlan(tenantWide.changed)
    })

    test('imports a version by name, and takes the newest without one', async () => {
      scenario.begin('import')
      const { workspace } = scenario
      await workspace.forget(profile('1.9.0'))
      await workspace.import(tenantWide.changed, profile('1.9.0'), 'conformance-notes:tenant:1.9.0')
      await workspace.forget(profile('1.10.0'))
      await workspace.import(tenantWide.changed, profile('1.10.0'), 'conformance-notes:tenant')
      await expectEmptyPlan(tenantWide.changed)
    })

    test('destroys everything', async () => {
      scenario.begin('destroy')
      await scenario.workspace.destroy(tenantWide.changed)
      expect(readdirSync(platform.clustersFolder)).toEqual([])
    })

    test('says nothing that the recorded conversation lacks', () => {
      expect(scenario.unrecorded()).toEqual([])
    })
  })

  describe('with registries and profiles of every kind', () => {
    // The client keeps one scope for all it does at a time: in parallel, project and tenant get mixed up on its side.
    useScenario({ name: 'catalogue', inOrder: true })
    const first = () => catalogue.first(charts.url)
    const changed = () => catalogue.changed(charts.url)
    const imported = () => catalogue.imported(charts.url)
    const everything = { registries: true, profile: true, chart: true, hello: true }

    test('creates what it declares, finds it by name, and sees no difference', async () => {
      scenario.begin('create')
      await scenario.workspace.apply(first())
      expect(await scenario.workspace.output('found')).toEqual(everything)
      await expectEmptyPlan(first())
    })

    test('changes it in place, a profile from another file, and sees no difference', async () => {
      scenario.begin('change')
      await scenario.workspace.apply(changed())
      expect(await scenario.workspace.output('found')).toEqual(everything)
      await expectEmptyPlan(changed())
    })

    test('imports by name what it had forgotten, and sees no difference', async () => {
      scenario.begin('import')
      const { workspace } = scenario
      const forgotten = [
        ['spectrocloud_registry_helm.charts', 'conformance-charts'],
        ['spectrocloud_cluster_profile.full', 'conformance-full:project:1.1.0'],
        ['spectrocloud_cluster_profile.infrastructure', 'conformance-infra:project'],
      ] as const
      for (const [address, id] of forgotten) {
        await workspace.forget(address)
        await workspace.import(imported(), address, id)
      }
      await expectEmptyPlan(imported())
    })

    test('destroys everything', async () => {
      scenario.begin('destroy')
      await scenario.workspace.destroy(changed())
    })

    test('says nothing that the recorded conversation lacks', () => {
      expect(scenario.unrecorded()).toEqual([])
    })
  })

  describe.each(['project', 'tenant'])('with accounts of every cloud in a %s', (context) => {
    // The gateway is looked up at the client's own scope, a project: at tenant scope that is both at once.
    useScenario({ name: `cloud-accounts-${context}`, configuration: 'cloud-accounts', inOrder: context === 'tenant' })
    const [first, changed] = [accounts.first(context), accounts.changed(context)]

    test('creates them, and sees no difference', async () => {
      scenario.begin('create')
      await scenario.workspace.apply(first)
      expect(await scenario.workspace.output('same')).toBe(true)
      await expectEmptyPlan(first)
    })

    test('changes them, and sees no difference', async () => {
      scenario.begin('change')
      await scenario.workspace.apply(changed)
      await expectEmptyPlan(changed)
    })

    test('imports them by name; their secrets are given once more, and then there is no difference', async () => {
      scenario.begin('import')
      const { workspace } = scenario
      for (const [address, name] of Object.entries(accounts.imports)) {
        await workspace.forget(address)
        await workspace.import(changed, address, `${name}:${context}`)
      }
      await workspace.apply(changed)
      await expectEmptyPlan(changed)
    })

    test('destroys them, and nothing is left', async () => {
      scenario.begin('destroy')
      await scenario.workspace.destroy(changed)
      expect(await platform.client.call('GET /v1/cloudaccounts/summary')).toMatchObject({ items: [] })
    })

    test('says nothing that the recorded conversation lacks', () => {
      expect(scenario.unrecorded()).toEqual([])
    })
  })

  describe('with workspaces', () => {
    // People belong to the tenant, workspaces to a project.
    useScenario({ name: 'workspaces', inOrder: true })

    test('creates them over a cluster, and sees no difference', async () => {
      scenario.begin('create')
      await scenario.workspace.apply(workspaces.first)
      expect(await scenario.workspace.output('same')).toBe(true)
      await expectEmptyPlan(workspaces.first)
      const content = await openCluster(await scenario.workspace.output('kubeconfig'))
      await expect.poll(content, { timeout: WORLD_LIMIT_MS, interval: 250 }).toMatchObject({ note: 'of the cluster' })
    })

    test('changes them, and sees no difference', async () => {
      scenario.begin('change')
      await scenario.workspace.apply(workspaces.changed)
      await expectEmptyPlan(workspaces.changed)
      scenario.begin('change-again')
      await scenario.workspace.apply(workspaces.again)
      await expectEmptyPlan(workspaces.again)
    })

    test('imports one by name; what the client never reads back is given once more', async () => {
      scenario.begin('import')
      const { workspace } = scenario
      await workspace.forget('spectrocloud_workspace.full')
      await workspace.import(workspaces.again, 'spectrocloud_workspace.full', 'conformance-full')
      await workspace.apply(workspaces.again)
      await expectEmptyPlan(workspaces.again)
    })

    test('destroys them and the cluster, and nothing is left', async () => {
      scenario.begin('destroy')
      await scenario.workspace.destroy(workspaces.again)
      expect(await platform.client.call('GET /v1/dashboard/workspaces')).toMatchObject({ items: [] })
      expect(readdirSync(platform.clustersFolder)).toEqual([])
    })

    test('says nothing that the recorded conversation lacks', () => {
      expect(scenario.unrecorded()).toEqual([])
    })
  })

  describe('with a custom cloud', () => {
    useScenario({ name: 'custom-cloud' })
    const clusterAddress = 'spectrocloud_cluster_custom_cloud.cluster'
    const projectAddress = 'spectrocloud_project.team'

    test('creates what it declares, and sees no difference', async () => {
      scenario.begin('create')
      await scenario.workspace.apply(custom.first)
      const found = await scenario.workspace.output('found')
      expect(found).toMatchObject({ state: 'Running', health: 'Healthy', pack: '1.0.0' })
      await expectEmptyPlan(custom.first)
      const access = { quotas: ['team-a=2'], readers: ['ann@example.com', 'auditors'] }
      await expectContent({ nodes: 2, web: 1, note: '1', page: 1, ...access })
    })

    test('changes it in place, and sees no difference', async () => {
      scenario.begin('change')
      await scenario.workspace.apply(custom.changed)
      await expectEmptyPlan(custom.changed)
      const access = { quotas: ['team-a=3', 'team-b=1'], readers: ['bob@example.com', 'auditors'] }
      await expectContent({ nodes: 4, web: 2, note: '2', page: 2, ...access })
    })

    test('takes parts away again, and sees no difference', async () => {
      scenario.begin('reduce')
      await scenario.workspace.apply(custom.reduced)
      await expectEmptyPlan(custom.reduced)
      const access = { quotas: ['team-b=1'], readers: ['bob@example.com', 'auditors'] }
      await expectContent({ nodes: 3, web: 2, note: null, page: null, ...access })
    })

    test('imports by name what it had forgotten, and sees no difference', async () => {
      scenario.begin('import')
      const { workspace } = scenario
      await workspace.forget(projectAddress)
      await workspace.forget(clusterAddress)
      await workspace.import(custom.reduced, projectAddress, 'conformance-team')
      await workspace.import(custom.reduced, clusterAddress, 'conformance:project:local')
      await expectEmptyPlan(custom.reduced)
    })

    test('destroys everything, and nothing is left', async () => {
      scenario.begin('destroy')
      await scenario.workspace.destroy(custom.reduced)
      expect(readdirSync(platform.clustersFolder)).toEqual([])
    })

    test('says nothing that the recorded conversation lacks', () => {
      expect(scenario.unrecorded()).toEqual([])
    })
  })
})
