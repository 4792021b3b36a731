import { fileURLToPath } from 'node:url'
import { runChild } from './child.ts'
import type { RunContext } from './steps.ts'

/** Building all of them from nothing took 11 minutes on two busy cores; a slow machine may take 40. */
export const TOOLS_LIMIT_MINUTES = 60

const program = fileURLToPath(new URL('bring-tools.ts', import.meta.url))

/** Null when all tools are there, else what is in the way. What is finished stays: the next run goes on from there. */
export const bringTools = async (
  { root, env, clock }: RunContext,
  { limitMs = TOOLS_LIMIT_MINUTES * 60_000, args = [program] }: { limitMs?: number; args?: readonly string[] } = {},
): Promise<{ problem: string | null; interrupted: boolean }> => {
  const command = { command: process.execPath, args, cwd: root, env, limitMs, clock }
  const { exitCode, timedOut, interrupted } = await runChild({ ...command, output: 'inherit' })
  if (timedOut) {
    const minutes = Math.round(limitMs / 60_000)
    const problem = `they were not there after ${minutes} minutes; what is finished stays, so that another run goes on from there`
    return { problem, interrupted }
  }
  return { problem: exitCode === 0 ? null : 'see above', interrupted }
}
