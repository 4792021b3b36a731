import { beforeAll, describe, expect, test } from 'vitest'
import { client, openStage } from './harness/stage.ts'
import type { Variables } from './harness/workspace.ts'
import * as governance from './scenarios/governance.ts'
import * as many from './scenarios/many.ts'
import * as templates from './scenarios/templates.ts'
import * as settings from './scenarios/tenant-settings.ts'

/** What needs no cluster. */
describe.skipIf(typeof client === 'string')('the Terraform provider, unmodified, with what a tenant keeps', () => {
  const { platform, scenario, useScenario, expectEmptyPlan } = openStage()
  const testNothingIsUnrecorded = (): void =>
    test('says nothing that the recorded conversation lacks', () => {
      expect(scenario.unrecorded()).toEqual([])
    })

  describe('with templates of clusters', () => {
    // The client keeps one scope for all it does at a time: in parallel, project and tenant get mixed up on its side.
    useScenario({ name: 'templates', inOrder: true })

    test('may be told what is recorded', async () => {
      const { said, recorded } = await scenario.settings()
      expect(said).toEqual(recorded)
    })

    test.each([
      ['create', 'creates policies, templates and groups, and finds them by name', templates.first],
      ['change', 'changes them and asks for an upgrade, and sees no difference', templates.changed],
    ])('%s: %s', async (step, _, variables) => {
      scenario.begin(step)
      await scenario.workspace.apply(variables)
      expect(await scenario.workspace.output('same')).toBe(true)
      await expectEmptyPlan(variables)
    })

    test('imports by name what it had forgotten; what the client never reads back is given once more', async () => {
      scenario.begin('import')
      await scenario.workspace.importAgain(templates.changed, templates.imports)
      await scenario.workspace.apply(templates.changed)
      await expectEmptyPlan(templates.changed)
    })

    test('destroys them, and nothing is left', async () => {
      scenario.begin('destroy')
      await scenario.workspace.destroy(templates.changed)
      expect(await platform.client.call('GET /v1/clustergroups/hostCluster')).toMatchObject({ summaries: [] })
    })

    testNothingIsUnrecorded()
  })

  describe('with what governs a tenant', () => {
    // Scopes are mixed here too.
    useScenario({ name: 'governance', inOrder: true })

    let tenant: string
    beforeAll(async () => {
      const { tenantUid = '' } = await platform.client.call('GET /v1/users/info')
      tenant = tenantUid
    })
    const reach = async (step: string, round: Variables): Promise<void> => {
      scenario.begin(step)
      const variables = { ...round, tenant }
      await scenario.workspace.apply(variables)
      expect(await scenario.workspace.output('found')).toBe(true)
      await expectEmptyPlan(variables)
    }

    test('creates teams, filters, alerts, keys, tokens, sign-in and locations, and finds them', () =>
      reach('create', governance.first))

    test('changes everything that is there, and sees no difference', () => reach('change', governance.changed))

    test('imports single sign-on, and sees no difference', async () => {
      scenario.begin('import-sign-in')
      const variables = { ...governance.changed, tenant }
      await scenario.workspace.importAgain(variables, {
        'spectrocloud_sso.sign_in': `${platform.credentials.tenant}:saml`,
      })
      await expectEmptyPlan(variables)
    })

    test('takes away what can be taken, and sees no difference', () => reach('reduce', governance.reduced))

    test('imports by name what it had forgotten, and sees no difference', async () => {
      scenario.begin('import')
      const variables = { ...governance.reduced, tenant }
      await scenario.workspace.importAgain(variables, governance.imports)
      await expectEmptyPlan(variables)
    })

    test('destroys everything', async () => {
      scenario.begin('destroy')
      await scenario.workspace.destroy({ ...governance.reduced, tenant })
    })

    testNothingIsUnrecorded()
  })

  describe('with settings, roles and macros of a tenant', () => {
    // Scopes are mixed here too.
    useScenario({ name: 'tenant-settings', inOrder: true })
    const everything = { user: true, team: true, role: true, macro: true, macros: true, project: true }

    test.each([
      ['create', 'sets what must be said', settings.first],
      ['change', 'goes as far as it may', settings.most],
      ['reduce', 'goes back to what is usual', settings.some],
    ])('%s: %s, finds it, and sees no difference', async (step, _, variables) => {
      scenario.begin(step)
      await scenario.workspace.apply(variables)
      expect(await scenario.workspace.output('found')).toEqual(everything)
      await expectEmptyPlan(variables)
    })

    test('imports all of it, and sees no difference', async () => {
      scenario.begin('import')
      const { tenant, project } = platform.credentials
      const team = await scenario.workspace.output<string>('team')
      await scenario.workspace.importAgain(settings.some, settings.importsOf(tenant, project.name, team))
      await expectEmptyPlan(settings.some)
    })

    test('takes it away: the tenant is as the client knows a new one', async () => {
      scenario.begin('destroy')
      await scenario.workspace.destroy(settings.some)
      const { items } = await platform.client.call('GET /v1/roles')
      expect(items?.filter(({ spec }) => spec?.type === 'user')).toEqual([])
    })

    testNothingIsUnrecorded()
  })

  describe.each(['project', 'tenant'] as const)('with many objects at once in a %s', (context) => {
    useScenario({ name: `many-${context}`, configuration: 'many' })
    let first: Variables
    let changed: Variables
    beforeAll(() => {
      ;({ first, changed } = many.newRounds(context))
    })

    test('creates them ten at a time, up to the longest names and texts, and sees no difference', async () => {
      scenario.begin('create')
      await scenario.workspace.apply(first)
      expect(await scenario.workspace.output('made')).toBe(many.made[context])
      await expectEmptyPlan(first)
    })

    test('changes them, and sees no difference', async () => {
      scenario.begin('change')
      await scenario.workspace.apply(changed)
      await expectEmptyPlan(changed)
    })

    test('imports those of the longest names; what the client never reads back is given once more', async () => {
      scenario.begin('import')
      await scenario.workspace.importAgain(changed, many.importsOf(context, await scenario.workspace.output('longest')))
      await scenario.workspace.apply(changed)
      await expectEmptyPlan(changed)
    })

    test('destroys them, and nothing is left', async () => {
      scenario.begin('destroy')
      await scenario.workspace.destroy(changed)
      const left = await Promise.all([
        platform.client.call('GET /v1/users/assets/sshkeys'),
        platform.client.call('GET /v1/users/assets/locations'),
        platform.client.call('GET /v1/cloudaccounts/summary'),
      ])
      expect(left.flatMap(({ items }) => items)).toEqual([])
    })

    testNothingIsUnrecorded()
  })
})
