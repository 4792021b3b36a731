import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { findGo, GO_ADVICE } from '@atrium/toolchain/build.ts'
import { cacheFolder } from '@atrium/toolchain/cache.ts'
import { lock } from '@atrium/toolchain/lock.ts'

const run = promisify(execFile)
const modules = join(import.meta.dirname, '../../../tools')

/**
 * A program that others made, to be measured beside ours: built from what `tools/<module>/go.mod` pins, once for this
 * machine, and only when a bench asks for it. Returns its path.
 */
export const peerProgram = async (module: string, goPackage: string): Promise<string> => {
  const folder = join(modules, module)
  const sources = ['go.mod', 'go.sum'].map((file) => readFileSync(join(folder, file)))
  const digest = createHash('sha256').update(goPackage).update(Buffer.concat(sources)).digest('hex').slice(0, 16)
  const program = join(cacheFolder(), 'peers', `${module}-${digest}`)
  await using _held = await lock(`${program}.lock`, { clock: systemClock })
  if (existsSync(program)) return program
  const go = await findGo(process.env)
  if (go === null) throw new Error(GO_ADVICE)
  mkdirSync(join(cacheFolder(), 'peers'), { recursive: true })
  await run(go.path, ['build', '-trimpath', '-o', `${program}.new`, goPackage], {
    cwd: folder,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOWORK: 'off' },
  })
  renameSync(`${program}.new`, program)
  return program
}
