import type { AtriumClusterPlan } from '@atrium/api/generated/operations.d.ts'
import type { Client } from '@atrium/client/client.ts'
import type { Command } from 'commander'
import { findCluster } from '../../clusters/find.ts'
import { programName } from '../../output/invocation.ts'
import { formatTable } from '../../output/table.ts'
import { tableOptions } from '../../output/terminal.ts'
import { noteOption, withServer } from '../../platform/server.ts'

/** `atrium update cluster NAME --profile PROFILE@VERSION [--dry-run]` */
export const registerUpdate = (program: Command): void => {
  program
    .command('update')
    .description('change an object')
    .command('cluster')
    .description('give a cluster another version of a profile, or one more profile')
    .argument('<cluster>', 'name or uid')
    .requiredOption('--profile <name@version>', 'profile to attach; it takes the place of another version of itself')
    .option('--dry-run', 'only show what would change')
    .addOption(noteOption())
    .action((name: string, options: { profile: string; dryRun?: boolean }, command: Command) =>
      withServer(command, async ({ client, invoke }) => {
        const plan = await updateCluster(client, name, options)
        process.stdout.write(`${describePlan(plan)}\n`)
        if (!options.dryRun)
          process.stdout.write(`\nUpdating '${name}'. Look at it: ${invoke(`describe cluster ${name}`)}\n`)
      }),
    )
}

async function updateCluster(
  client: Client,
  name: string,
  options: { profile: string; dryRun?: boolean },
): Promise<AtriumClusterPlan> {
  const { uid } = await findCluster(client, name)
  const body = { profiles: [{ uid: await findProfile(client, options.profile) }] }
  return options.dryRun
    ? client.call('POST /atrium/v1/clusters/{uid}/plan', { params: { uid }, body })
    : client.call('POST /atrium/v1/clusters/{uid}/profiles', { params: { uid }, body })
}

/** Uid of `name@version`. Throws naming the versions there are. */
export async function findProfile(client: Client, reference: string): Promise<string> {
  const [name, version] = reference.split('@')
  const { items } = await client.call('GET /v1/dashboard/clusterprofiles/metadata')
  const versions = (items ?? []).filter(({ metadata }) => metadata?.name === name)
  const found = versions.find(({ spec }) => spec?.version === version)?.metadata?.uid
  if (found) return found
  const known = versions.map(({ spec }) => `${name}@${spec?.version}`).join(', ')
  throw new Error(
    `There is no profile '${reference}'. ${known ? `There are: ${known}.` : `See: ${programName()} get profiles`}`,
  )
}

export function describePlan({ layers, machines, problems }: AtriumClusterPlan): string {
  const rows = layers.map(({ id, change, why }) => [id, change, why])
  return [
    formatTable(['LAYER', 'CHANGE', 'WHY'], rows, tableOptions()),
    ...machines.map(({ summary, disturbs }) => `machines: ${summary}${disturbs ? ` (${disturbs})` : ''}`),
    ...problems.map(({ layer, message }) => `problem: ${layer}: ${message}`),
  ].join('\n')
}
