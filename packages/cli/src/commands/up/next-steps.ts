import { invocation } from '../../output/invocation.ts'
import type { Connection } from '../../platform/connect.ts'

/** What a new user tries next. */
export function nextSteps({ record, home, credentials }: Connection, cluster: { name: string } | null): string {
  const atrium = (command: string): string => invocation(home.folder, command)
  const lines = [
    '',
    `Atrium runs at ${record.url}`,
    `  certificate authority  ${record.caFile}`,
    `  administrator          ${credentials.adminEmail} (password and API key: ${home.credentialsFile})`,
    '',
  ]
  if (cluster === null) return [...lines, `Stop it: ${atrium('down')}`].join('\n')
  return [
    ...lines,
    `Cluster '${cluster.name}' is Running and Healthy. Try next:`,
    `  look at it      ${atrium(`describe cluster ${cluster.name}`)}`,
    `  use it          ${atrium(`kubectl ${cluster.name} get pods -A`)}`,
    `  break it        ${atrium(`kubectl ${cluster.name} -n hello-atrium delete deployment hello-atrium`)}`,
    `  stop a machine  ${atrium(`local machine stop ${cluster.name} ${cluster.name}-workers-0`)}`,
    `  update it       ${atrium(`update cluster ${cluster.name} --profile demo-apps@1.1.0`)}`,
    `  only alert      ${atrium(`policy ${cluster.name} --drift alert`)}`,
    `  delete it       ${atrium(`delete cluster ${cluster.name}`)}`,
    `  stop all        ${atrium('down')}`,
  ].join('\n')
}
