import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { toolPath } from '@atrium/dev-env/tool-paths.ts'
import { bareKubeconfig, createBareCluster, deleteBareCluster } from '@atrium/provider-local/bare.ts'
import { cloudClientOf } from '@atrium/provider-local/ensure-cloud.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import type { TestPlatform } from './platform.ts'

/** A cluster of nobody's, as its owner sees it. */
export interface BareCluster {
  kubectl(...args: string[]): Promise<string>
  /** Whether there is such an object, e.g. `namespace/team`; in namespace `default` unless `args` name another. */
  has(object: string, ...args: string[]): Promise<boolean>
  close(): Promise<void>
}

const run = promisify(execFile)

/** As `atrium local bare create` makes it, with one worker, beside the platform's own clusters. */
export async function openBareCluster(platform: TestPlatform, name: string): Promise<BareCluster> {
  const cloud = cloudClientOf(platform.home)
  const deps = { client: cloud, clock: systemClock, random: systemRandom }
  await createBareCluster(deps, { name, workers: 1, kubernetesVersion: null })
  const folder = mkdtempSync(join(tmpdir(), 'atrium-conformance-bare-'))
  const kubeconfig = join(folder, 'kubeconfig')
  writeFileSync(kubeconfig, await bareKubeconfig(cloud, name), { mode: 0o600 })
  // Manifests are fetched from the platform, whose authority no machine knows.
  const env = { PATH: process.env.PATH, HOME: folder, SSL_CERT_FILE: platform.authorityFile }
  const kubectl = async (...args: string[]): Promise<string> =>
    (await run(toolPath('kubectl'), ['--kubeconfig', kubeconfig, ...args], { env })).stdout
  return {
    kubectl,
    has: async (object, ...args) => (await kubectl('get', object, '--ignore-not-found', '-o', 'name', ...args)) !== '',
    async close() {
      await deleteBareCluster(cloud, name, systemClock)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
