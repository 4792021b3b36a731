/**
 * Brings the npm dependencies of this checkout. The launcher runs it when `node_modules` does not belong to
 * `package-lock.json`; it imports nothing that npm would have to bring first.
 */
import { spawn } from 'node:child_process'
import { copyFileSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type FileLock, tryLock } from '../lock.ts'
import { isInstalled } from './installed.ts'

const root = resolve(import.meta.dirname, '../../../..')
const lockfile = resolve(root, 'package-lock.json')
/** A copy of the lockfile that `node_modules` was made from: the launcher compares it byte by byte. */
const stamp = resolve(root, 'node_modules/.atrium-lock.json')

const say = (text: string): boolean => process.stderr.write(`atrium: ${text}\n`)

const readText = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

const takeLock = async (): Promise<FileLock> => {
  let held = tryLock(resolve(root, '.install.lock'))
  if (held === null) say('another process is installing the dependencies: waiting for it.')
  while (held === null) {
    await sleep(200)
    held = tryLock(resolve(root, '.install.lock'))
  }
  return held
}

// Not `npm ci`: it refuses a lockfile that lacks the binaries of foreign platforms, and npm leaves out of a lockfile
// what its registry did not have. Versions and digests are the lockfile's all the same (docs/decisions).
const NPM_ARGUMENTS = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']

const runNpm = async (): Promise<number> => {
  const startedMs = Date.now()
  const child = spawn('npm', NPM_ARGUMENTS, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  const heartbeat = setInterval(
    () => say(`still installing (${Math.round((Date.now() - startedMs) / 1000)} s)`),
    15_000,
  )
  const code = await new Promise<number>((done) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      say(
        error.code === 'ENOENT'
          ? 'npm is needed to install the dependencies: it comes with Node (https://nodejs.org).'
          : error.message,
      )
      done(1)
    })
    child.on('close', (status) => done(status ?? 1))
  })
  clearInterval(heartbeat)
  if (code === 0) say(`dependencies installed in ${Math.round((Date.now() - startedMs) / 1000)} s.`)
  return code
}

const main = async (): Promise<number> => {
  await using _held = await takeLock()
  const wanted = readText(lockfile)
  if (wanted === null) {
    say(`${lockfile} is missing: this is no whole checkout.`)
    return 1
  }
  if (readText(stamp) === wanted) return 0
  // Installed by npm itself, without the launcher: nothing to do but to note it.
  if (!isInstalled(wanted, readText(resolve(root, 'node_modules/.package-lock.json')))) {
    say('installing the dependencies with npm (about 370 MB on disk, once; 10 to 90 seconds).')
    const code = await runNpm()
    if (code !== 0) {
      say(
        'the dependencies could not be installed (see above); run this again when npm can reach its registry. ' +
          'Behind a proxy with its own authority name its certificate in NODE_EXTRA_CA_CERTS.',
      )
      return code
    }
  }
  copyFileSync(lockfile, stamp)
  return 0
}

process.exitCode = await main()
