import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { adoptProcess } from '@atrium/toolchain/process.ts'
import { type RegistryOptions, registryEnv, writeFiles } from './registry.ts'

const limitMs = 60_000

/** Frees the bytes of content that was removed. The registry must not run meanwhile: one that does is left alone. */
export async function sweepRegistry(options: RegistryOptions): Promise<void> {
  if (!existsSync(join(options.folder, 'content', 'docker'))) return
  if ((await adoptProcess(options.recordFile, options.clock ?? systemClock)) !== null) return
  const configFile = writeFiles(options)
  await promisify(execFile)(options.binary, ['garbage-collect', '--quiet', configFile], {
    env: registryEnv(options),
    cwd: options.folder,
    timeout: limitMs,
  })
}
