import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { findGo, GO_ADVICE, goEnvironment, runGo } from '@atrium/toolchain/build.ts'
import { cacheFolder } from '@atrium/toolchain/cache.ts'
import { lock } from '@atrium/toolchain/lock.ts'

const modules = resolve(import.meta.dirname, '../../../tools')

/**
 * Absolute path of a program that only tests need, built from `tools/<name>` when it is first asked for; minutes. No user
 * gets it, and no run of the tests without `--all`. `goPackage`: of a module that is pinned there, instead of that folder's own.
 */
export async function goProgram(name: string, goPackage = '.'): Promise<string> {
  const root = join(cacheFolder(), 'test-programs')
  const home = join(root, name)
  const program = join(home, sourceDigest(join(modules, name)), name)
  await using _held = await lock(join(root, '.lock'), { clock: systemClock })
  if (existsSync(program)) return program
  const go = await findGo(process.env)
  if (go === null) throw new Error(GO_ADVICE)
  // What was built of other sources is of no more use; neither is what was interrupted.
  rmSync(home, { recursive: true, force: true })
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const work = mkdtempSync(join(home, '.work-'))
  const run = { path: go.path, folder: join(modules, name), env: goEnvironment(process.env) }
  await runGo(run, ['build', '-trimpath', '-ldflags', '-s -w', '-o', join(work, name), goPackage], () => undefined)
  renameSync(work, join(program, '..'))
  return program
}

function sourceDigest(folder: string): string {
  const hash = createHash('sha256')
  for (const file of readdirSync(folder).sort()) hash.update(`${file}\0`).update(readFileSync(join(folder, file)))
  return hash.digest('hex').slice(0, 16)
}
