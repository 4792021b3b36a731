import { systemClock } from '@atrium/runtime/base/clock.ts'
import { platformHome } from '@atrium/toolchain/platform.ts'
import type { Command } from 'commander'
import { formatTable } from '../output/table.ts'
import { gatherFacts } from '../platform/facts.ts'
import { type Finding, judge } from '../platform/findings.ts'

/** `atrium doctor`: what is wrong on this machine, and what to do about it. */
export const registerDoctor = (program: Command): void => {
  program
    .command('doctor')
    .description('check ports, disk, memory, binaries, certificates, clocks, user namespaces')
    .option('--json', 'as JSON')
    .action(async (options: { json?: boolean }, command: Command) => {
      const home = platformHome(command.optsWithGlobals<{ home: string }>().home)
      const found = judge(await gatherFacts(home, systemClock, process.env))
      process.stdout.write(options.json ? `${JSON.stringify(found)}\n` : `${report(found)}\n`)
      if (found.some(({ level }) => level === 'wrong')) process.exitCode = 1
    })
}

function report(found: Finding[]): string {
  const table = formatTable(
    ['CHECK', 'RESULT', 'FOUND'],
    found.map(({ check, level, what }) => [check, level, what]),
  )
  const steps = found.filter(({ todo }) => todo !== '').map(({ check, todo }) => `${check}: ${todo}`)
  return steps.length === 0
    ? `${table}\n\nNothing to do.`
    : `${table}\n\nWhat to do:\n${steps.map((step) => `  ${step}`).join('\n')}`
}
