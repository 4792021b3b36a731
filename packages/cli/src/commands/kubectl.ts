import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Binary } from '@atrium/api/generated/operations.d.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { progressLines } from '@atrium/toolchain/progress.ts'
import { ensureTools } from '@atrium/toolchain/tools.ts'
import type { Command } from 'commander'
import { findCluster } from '../clusters/find.ts'
import { withServer } from '../platform/server.ts'

/** `atrium kubectl CLUSTER ARGUMENTS…`: kubectl of the pinned version, obtained when it is not here, as the cluster's administrator. */
export const registerKubectl = (program: Command): void => {
  program
    .command('kubectl')
    .description('run kubectl on a cluster as its administrator')
    .argument('<cluster>', 'name or uid')
    .argument('[arguments...]', 'of kubectl')
    // They are kubectl's.
    .allowUnknownOption()
    .helpOption(false)
    .action(async (cluster: string, args: string[], _options: object, command: Command) => {
      const kubeconfig = await adminKubeconfig(command, cluster)
      const say = (line: string): void => void process.stderr.write(`${line}\n`)
      const { kubectl } = await ensureTools(['kubectl'], { onProgress: progressLines(say, systemClock) })
      process.exitCode = await runKubectl(kubectl, kubeconfig, args)
    })
}

const adminKubeconfig = (command: Command, cluster: string): Promise<Binary> =>
  withServer(command, async ({ client }) => {
    const { uid } = await findCluster(client, cluster)
    return client.call('GET /v1/spectroclusters/{uid}/assets/adminKubeconfig', { params: { uid } })
  })

/** Answers its exit code. The kubeconfig lies in a file for as long as it runs. */
async function runKubectl(kubectl: string, kubeconfig: Binary, args: string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'atrium-kubectl-'))
  // Ctrl-C reaches kubectl as well; the file is removed after it ended.
  const wait = (): void => undefined
  process.on('SIGINT', wait)
  process.on('SIGTERM', wait)
  try {
    const file = join(folder, 'kubeconfig')
    writeFileSync(file, kubeconfig, { mode: 0o600 })
    const child = spawn(kubectl, args, { stdio: 'inherit', env: { ...process.env, KUBECONFIG: file } })
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
    return signal === null ? (code ?? 1) : 128 + constants.signals[signal]
  } finally {
    process.off('SIGINT', wait)
    process.off('SIGTERM', wait)
    rmSync(folder, { recursive: true, force: true })
  }
}
