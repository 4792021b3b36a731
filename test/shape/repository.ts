import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')

/** Files that are or would be committed, relative to the root. Without git: everything but dependencies. */
export const repositoryFiles = (): string[] => {
  try {
    const text = execFileSync(
      'git',
      ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
      { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, stdio: ['ignore', 'pipe', 'ignore'] },
    )
    // A file may be listed that was deleted since: not yet committed.
    return text.split('\0').filter((path) => path !== '' && existsSync(join(root, path)))
  } catch {
    return globSync('**/*', { cwd: root, exclude: (name) => name === 'node_modules' || name === '.git' }).filter(
      (path) => statSync(join(root, path)).isFile(),
    )
  }
}

export const readRepositoryFile = (path: string): Buffer => readFileSync(join(root, path))

/** Tests, their helpers and shared suites: they may import what production code may not. */
export const isTestCode = (path: string): boolean =>
  /\.test\.ts$|^test\/|\/test\/|\/suite\/|\/[^/]*suite[^/]*\.ts$|^packages\/dev-env\//.test(path)

/** Programs that developers run; they ship nowhere. */
export const isScript = (path: string): boolean => path.includes('/scripts/')

export interface PackageJson {
  folder: string
  name: string
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
  optionalDependencies: Record<string, string>
}

/** Every workspace. */
export const readPackages = (): PackageJson[] =>
  globSync(['packages/*/package.json', 'providers/*/package.json', 'test/package.json'], { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .map((path) => {
      const json = JSON.parse(readRepositoryFile(path).toString('utf8')) as Partial<PackageJson>
      return {
        folder: path.replace('/package.json', ''),
        name: json.name ?? '',
        dependencies: json.dependencies ?? {},
        devDependencies: json.devDependencies ?? {},
        optionalDependencies: json.optionalDependencies ?? {},
      }
    })
