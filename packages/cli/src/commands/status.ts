import type { Clock } from '@atrium/runtime/base/clock.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import {
  type PlatformHome,
  type PlatformPart,
  platformHome,
  readJsonFile,
  type SilentParts,
} from '@atrium/toolchain/platform.ts'
import { adoptProcess } from '@atrium/toolchain/process.ts'
import type { Command } from 'commander'
import { listClusters } from '../clusters/find.ts'
import { exitCodes } from '../output/exit-codes.ts'
import { invocation } from '../output/invocation.ts'
import { formatAge, formatTable } from '../output/table.ts'
import { tableOptions } from '../output/terminal.ts'
import { findPlatform, withPlatform } from '../platform/connect.ts'

const parts: PlatformPart[] = ['server', 'postgres', 'registry', 'cloud']

interface PlatformStatus {
  home: string
  url: string | null
  parts: { name: string; running: boolean; pid: number | null; startedAt: string | null; silent: string | null }[]
  clusters: { name: string; uid: string; state: string; health: string }[]
}

/** `atrium status [--json]` */
export const registerStatus = (program: Command): void => {
  program
    .command('status')
    .description('what runs, and where')
    .option('--json', 'as JSON')
    .action(async (options: { json?: boolean }, command: Command) => {
      const status = await readStatus(platformHome(command.optsWithGlobals<{ home: string }>().home))
      process.stdout.write(`${options.json ? JSON.stringify(status) : describe(status, systemClock)}\n`)
      if (status.url === null) process.exitCode = exitCodes.absent
    })
}

async function readStatus(home: PlatformHome): Promise<PlatformStatus> {
  const record = await findPlatform(home)
  // Told by the server that runs: without one it is old news.
  const silent = (record && readJsonFile<SilentParts>(home.silentFile)) ?? {}
  const running = await Promise.all(parts.map((part) => adoptProcess(home.recordFile(part))))
  return {
    home: home.folder,
    url: record?.url ?? null,
    parts: parts.map((name, index) => ({
      name,
      running: running[index] != null,
      pid: running[index]?.pid ?? null,
      startedAt: running[index]?.startedAt ?? null,
      silent: tellSilent(silent[name]),
    })),
    clusters: record ? await readClusters(home) : [],
  }
}

const readClusters = (home: PlatformHome): Promise<PlatformStatus['clusters']> =>
  withPlatform(home.folder, async ({ client }) => {
    const clusters: PlatformStatus['clusters'] = []
    for await (const { metadata, status } of listClusters(client)) {
      clusters.push({
        name: metadata?.name ?? '',
        uid: metadata?.uid ?? '',
        state: status?.state ?? 'Unknown',
        health: status?.health?.state ?? 'Unknown',
      })
    }
    return clusters
  })

const tellSilent = (state: SilentParts[string] | undefined): string | null =>
  state === undefined ? null : `answers nobody since ${state.since} (${state.reason}); it is replaced if that lasts`

function describe(status: PlatformStatus, clock: Clock): string {
  const rows = status.parts.map(({ name, running, pid, startedAt, silent }) => [
    name,
    running ? (silent === null ? 'running' : 'silent') : 'stopped',
    pid ? String(pid) : '-',
    startedAt ? formatAge(startedAt, clock.now()) : '-',
  ])
  const clusters = status.clusters.map(({ name, state, health }) => [name, state, health])
  return [
    status.url
      ? `Atrium runs at ${status.url} (home ${status.home})`
      : `No server runs in ${status.home}. Start it: ${invocation(status.home, 'up')}`,
    '',
    formatTable(['PART', 'STATE', 'PID', 'FOR'], rows, tableOptions()),
    ...status.parts.flatMap(({ name, silent }) => (silent === null ? [] : [`${name} ${silent}`])),
    ...(clusters.length > 0 ? ['', formatTable(['CLUSTER', 'STATE', 'HEALTH'], clusters, tableOptions())] : []),
  ].join('\n')
}
