import { afterAll, beforeAll, beforeEach, expect, onTestFailed } from 'vitest'
import { type ChartRepository, startChartRepository } from './chart-repository.ts'
import { findForeignClient } from './find-client.ts'
import { startPlatform, type TestPlatform } from './platform.ts'
import { openScenario, type Scenario, type ScenarioOptions } from './scenario.ts'
import type { Variables } from './workspace.ts'

/** What the tests of one file share. `scenario` is the one that is open; none of it may be touched while tests are collected. */
export interface Stage {
  charts: ChartRepository
  platform: TestPlatform
  scenario: Scenario
  /** Within a `describe`: opens the scenario before its tests, and closes it after them. */
  useScenario(options: ScenarioOptions): void
  expectEmptyPlan(variables: Variables): Promise<void>
}

/** Longest the world may take to follow what was declared. */
export const WORLD_LIMIT_MS = 60_000

export const client = await findForeignClient(process.env)
if (typeof client === 'string') process.stderr.write(`Terraform is not tried: ${client}. See docs/conformance.md.\n`)

/** Within the outer `describe`: a platform of its own for the tests in it, started before and removed after them. */
export function openStage(): Stage {
  let charts: ChartRepository | undefined
  let platform: TestPlatform | undefined
  let scenario: Scenario | undefined
  let isBroken = false
  const stage = { charts: present(() => charts), platform: present(() => platform), scenario: present(() => scenario) }

  beforeAll(async () => {
    charts = await startChartRepository()
    platform = await startPlatform(charts)
  })
  afterAll(async () => {
    await platform?.close()
    await charts?.close()
  })
  // A step stands on the one before: after a failure, what follows would wait minutes for nothing.
  beforeEach(({ skip }) => {
    skip(isBroken, 'an earlier step failed')
    onTestFailed(() => {
      isBroken = true
    })
  })
  return {
    ...stage,
    useScenario(options) {
      beforeAll(async () => {
        if (typeof client !== 'string' && platform) scenario = await openScenario(options, client, platform)
        isBroken = false
      })
      afterAll(() => scenario?.close())
    },
    async expectEmptyPlan(variables) {
      const plan = await stage.scenario.workspace.plan(variables)
      expect(plan.empty, plan.output).toBe(true)
    },
  }
}

/** Stands for what is there by the time it is asked: hooks make it, and tests are written before. */
const present = <T extends object>(current: () => T | undefined): T =>
  new Proxy({} as T, { get: (_, key) => current()?.[key as keyof T] })
