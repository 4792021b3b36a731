import type { Clock } from '@atrium/runtime/base/clock.ts'
import type { Lane } from './areas.ts'
import type { ChildOptions } from './child.ts'
import { type bringTools, TOOLS_LIMIT_MINUTES } from './tools.ts'
import { formatTotals, none, sum, type Totals } from './totals.ts'

export interface RunContext {
  root: string
  env: NodeJS.ProcessEnv
  clock: Clock
  say: (line: string) => void
  /** What becomes of the output of programs; who collects it says it. */
  output: ChildOptions['output']
}

export interface Step {
  name: string
  needsTools: boolean
  limitMs: number
  lane?: Lane
  run: (context: RunContext) => Promise<Totals & { interrupted?: boolean }>
}

interface Ended {
  line: string
  totals: Totals
  interrupted: boolean
}

type Bring = () => ReturnType<typeof bringTools>

/** Runs them in their order, those of two lanes beside each other; a second lane is told step by step, each when it ends. */
export const runSteps = async (steps: readonly Step[], context: RunContext, bring: Bring): Promise<Totals> => {
  context.say(budgetOf(steps))
  let tools: ReturnType<Bring> | undefined
  const bringOnce: Bring = () => (tools ??= bring())
  const ended: Ended[] = []
  const wasInterrupted = (): boolean => ended.some(({ interrupted }) => interrupted)
  const runLane = async (lane: readonly Step[], index: number): Promise<void> => {
    const run = index === 0 ? runStep : runQuietly
    for (const step of lane) if (!wasInterrupted()) ended.push(await run(step, context, bringOnce))
  }
  for (const round of roundsOf(steps)) await Promise.all(round.map(runLane))
  context.say(`\n${[...ended.map(({ line }) => line), ...(wasInterrupted() ? ['interrupted'] : [])].join('\n')}`)
  return sum([...ended.map(({ totals }) => totals), { ...none, failed: wasInterrupted() ? 1 : 0 }])
}

/** What runs after each other: one step alone, or lanes of steps. */
const roundsOf = (steps: readonly Step[]): Step[][][] => {
  const rounds: Step[][][] = []
  let previous: Step | undefined
  for (const step of steps) {
    const round = previous?.lane !== undefined && step.lane !== undefined ? rounds.at(-1) : undefined
    const lane = round?.find(([first]) => first?.lane === step.lane)
    if (lane) lane.push(step)
    else if (round) round.push([step])
    else rounds.push([[step]])
    previous = step
  }
  return rounds
}

const runStep = async (step: Step, context: RunContext, bring: Bring): Promise<Ended> => {
  const startedMs = context.clock.now()
  context.say(`\n== ${step.name}`)
  const brought = step.needsTools ? await bring() : { problem: null, interrupted: false }
  if (brought.problem !== null) context.say(`not run, for want of tools: ${brought.problem}`)
  const { interrupted = false, ...totals } =
    brought.problem === null ? await step.run(context) : { ...none, failed: 1, interrupted: brought.interrupted }
  const seconds = Math.round((context.clock.now() - startedMs) / 1000)
  return { line: `${step.name.padEnd(14)} ${formatTotals(totals)} (${seconds} s)`, totals, interrupted }
}

/** Two that told what they do as they do it would interrupt each other. */
const runQuietly: typeof runStep = async (step, context, bring) => {
  const lines: string[] = []
  const ended = await runStep(step, { ...context, output: 'collect', say: (line) => lines.push(line) }, bring)
  context.say(lines.join('\n'))
  return ended
}

/** How long all of it may take, for whoever sets the limit of a job in CI. */
const budgetOf = (steps: readonly Step[]): string => {
  const limitOf = (lane: readonly Step[]): number => lane.reduce((total, { limitMs }) => total + limitMs, 0)
  const limitMs = roundsOf(steps).reduce((total, lanes) => total + Math.max(...lanes.map(limitOf)), 0)
  const tools = steps.some(({ needsTools }) => needsTools)
    ? `, and ${TOOLS_LIMIT_MINUTES} more where external binaries are missing`
    : ''
  return `This run ends within ${Math.round(limitMs / 60_000)} minutes${tools}.`
}
