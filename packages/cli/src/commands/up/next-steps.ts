import { isServing } from '../../clusters/follow.ts'
import { invocation } from '../../output/invocation.ts'
import type { Connection } from '../../platform/connect.ts'
import type { DemoState } from './demo.ts'

/** Where the platform is, how the demo is, and what a new user tries next. */
export function nextSteps(
  { record, home, credentials }: Pick<Connection, 'record' | 'home' | 'credentials'>,
  demo: DemoState | null,
): string {
  const atrium = (command: string): string => invocation(home.folder, command)
  const lines = [
    '',
    `Atrium runs at ${record.url}`,
    `  certificate authority  ${record.caFile}`,
    `  administrator          ${credentials.adminEmail} (password and API key: ${home.credentialsFile})`,
    '',
  ]
  if (demo === null) return [...lines, `Stop it: ${atrium('down')}`].join('\n')
  const commands = isServing(demo) ? whileItServes(demo) : whileItDoesNot(demo)
  return [
    ...lines,
    isServing(demo) ? `Cluster '${demo.name}' is Running and Healthy. Try next:` : demoProblem(demo),
    ...[...commands, ['stop all', 'down']].map(([what = '', command = '']) => `  ${what.padEnd(16)}${atrium(command)}`),
  ].join('\n')
}

/** State, health and reason of a demo that does not serve. */
export function demoProblem({ name, state, health, waitingFor }: DemoState): string {
  const how = state === 'Running' ? `Running, but ${health}` : state
  return `Cluster '${name}' is ${how}${waitingFor === '' ? '' : `: ${waitingFor}`}`
}

const whileItServes = ({ name, worker }: DemoState): string[][] => [
  ['look at it', `describe cluster ${name}`],
  ['use it', `kubectl ${name} get pods -A`],
  ['break it', `kubectl ${name} -n hello-atrium delete deployment hello-atrium`],
  ...(worker === null ? [] : [['stop a machine', `local machine stop ${name} ${worker}`]]),
  ['update it', `update cluster ${name} --profile demo-apps@1.1.0`],
  ['only alert', `policy ${name} --drift alert`],
  ['delete it', `delete cluster ${name}`],
]

const whileItDoesNot = ({ name, state }: DemoState): string[][] => [
  ['look at it', `describe cluster ${name}`],
  ...(state === 'Deleting' ? [] : [['its machines', `local machine list ${name}`]]),
  ...(state === 'Deleting' ? [] : [['delete it', `delete cluster ${name}`]]),
]
