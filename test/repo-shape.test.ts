/** What holds the repository in shape and no linter can check. */

import { existsSync } from 'node:fs'
import { basename, dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'
import { importedByNobody, importTable, serverFolders, serverPorts } from './shape/import-table.ts'
import { isScript, isTestCode, readPackages, readRepositoryFile, repositoryFiles, root } from './shape/repository.ts'
import { packageOf, readSource, resolveImport, type Source } from './shape/source.ts'

const files = repositoryFiles()
const packages = readPackages()
const sources = files
  .filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.d.ts') && !path.includes('/generated/'))
  .map(readSource)
const folderByName = new Map(packages.map(({ name, folder }) => [name, folder]))
const sourcesOf = (folder: string): Source[] => sources.filter(({ path }) => path.startsWith(`${folder}/`))
/** `packages/api` → `api`, as the table writes it. */
const short = (folder: string): string => folder.replace(/^packages\//, '')

const allowed = (rows: readonly string[], target: string): boolean =>
  rows.includes('*') ||
  rows.includes(short(target)) ||
  (rows.includes('providers/*') && target.startsWith('providers/') && target !== 'providers/contract')

const matches = (pattern: string, name: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern

describe.each(packages)('$folder', ({ folder, name, dependencies, devDependencies, optionalDependencies }) => {
  const row = importTable[folder]
  const bare = sourcesOf(folder).flatMap(({ path, imports }) =>
    imports
      .filter(({ specifier }) => !specifier.startsWith('.'))
      .map(({ specifier }) => ({ path, module: packageOf(specifier) })),
  )

  test('imports only what the table allows', () => {
    expect(row, 'add a row to test/shape/import-table.ts').toBeDefined()
    const wrong = bare
      .filter(({ path }) => !isTestCode(path) && !isScript(path))
      .filter(({ module }) => {
        const target = folderByName.get(module)
        if (target === undefined || target === folder)
          return row?.never?.some((pattern) => matches(pattern, module)) ?? false
        return !allowed(row?.may ?? [], target) || (importedByNobody.includes(target) && folder !== 'test')
      })
      .map(({ path, module }) => `${path} imports ${module}`)
    expect(wrong).toEqual([])
  })

  test('reaches no other package by a relative path', () => {
    const wrong = sourcesOf(folder).flatMap(({ path, imports }) =>
      imports
        .map(({ specifier }) => resolveImport(path, specifier))
        .filter((target) => target !== null && !target.startsWith(`${folder}/`))
        .map((target) => `${path} imports ${target}`),
    )
    expect(wrong).toEqual([])
  })

  test('package.json lists exactly what is imported, pinned exactly', () => {
    // For tests everywhere: the root's test libraries, and the package that exists for tests.
    const forTests = ['vitest', 'fast-check', 'typescript', '@atrium/dev-env']
    const needed = bare.filter(({ module }) => !module.startsWith('node:') && module !== name)
    const inProduction = new Set(
      needed.filter(({ path }) => !isTestCode(path) && !isScript(path)).map(({ module }) => module),
    )
    const anywhere = new Set(needed.map(({ module }) => module))
    const listed = { ...dependencies, ...optionalDependencies }
    const usedByTypes = (module: string): boolean => module.startsWith('@types/')
    const notListed = [...anywhere].filter(
      (module) => !(module in listed) && !(module in devDependencies) && !forTests.includes(module),
    )
    const onlyForTests = [...inProduction].filter((module) => !(module in listed) && module in devDependencies)
    const unused = [...Object.keys(dependencies), ...Object.keys(devDependencies)].filter(
      (module) => !anywhere.has(module) && !usedByTypes(module),
    )
    const loose = Object.entries({ ...listed, ...devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+/.test(version),
    )
    expect({ notListed, onlyForTests, unused, loose }).toEqual({
      notListed: [],
      onlyForTests: [],
      unused: [],
      loose: [],
    })
  })
})

describe('server', () => {
  const source = 'packages/server/src/'
  const inner = sourcesOf('packages/server').filter(({ path }) => path.startsWith(source) && !isTestCode(path))
  const part = (path: string): string => path.slice(source.length).split('/')[0] ?? ''

  test('its folders import each other only in the agreed direction', () => {
    const wrong = inner.flatMap(({ path, imports }) => {
      const rules = serverFolders[part(path)]
      if (rules === undefined) return []
      return imports.flatMap(({ specifier, typeOnly }) => {
        const target = resolveImport(path, specifier)
        if (target === null || !target.startsWith(source) || part(target) === part(path)) return []
        const fine = rules.includes(part(target)) || (typeOnly && serverPorts.includes(target.slice(source.length)))
        // Helpers that belong to no folder with a rule are everybody's.
        const ruled = part(target) in serverFolders || part(target).endsWith('.ts')
        return fine || !ruled ? [] : [`${path} imports ${target}`]
      })
    })
    expect(wrong).toEqual([])
  })

  test('providers are imported in context.ts alone', () => {
    const wrong = inner
      .filter(({ path }) => path !== `${source}context.ts`)
      .flatMap(({ path, imports }) =>
        imports
          .filter(({ specifier }) => /^@atrium\/provider-(?!contract\/)/.test(specifier))
          .map(({ specifier }) => `${path} imports ${specifier}`),
      )
    expect(wrong).toEqual([])
  })
})

describe('every source file', () => {
  test('has at most 500 lines, every function at most 150', () => {
    const long = sources.flatMap(({ path, lines, functions }) => [
      ...(lines > 500 ? [`${path}: ${lines} lines`] : []),
      ...functions.filter((fn) => fn.lines > 150).map((fn) => `${path}:${fn.line}: a function of ${fn.lines} lines`),
    ])
    expect(long).toEqual([])
  })

  test('reads no time and forces no type behind the back of the linter', () => {
    const exempt = (path: string): boolean => isTestCode(path) || basename(path) === 'main.ts' || isScript(path)
    const wrong = sources
      .filter(({ path }) => !exempt(path))
      .flatMap(({ path, findings }) => findings.map(({ line, what }) => `${path}:${line}: ${what}`))
    expect(wrong).toEqual([])
  })
})

describe('every committed file', () => {
  const LIMIT_BYTES = 1024 * 1024
  const large = (path: string): boolean =>
    path.startsWith('packages/api/contract/') || path.startsWith('packages/api/generated/')
  const contents = files.map((path) => ({ path, content: readRepositoryFile(path) }))
  const isText = (content: Buffer): boolean => !content.subarray(0, 8000).includes(0)

  test('is text of at most 1 MiB', () => {
    const wrong = contents
      .filter(({ path, content }) => !isText(content) || (content.length > LIMIT_BYTES && !large(path)))
      .map(({ path, content }) => `${path}: ${content.length} bytes${isText(content) ? '' : ', binary'}`)
    expect(wrong).toEqual([])
  })

  test('names no folder of a particular machine and no private registry', () => {
    const pattern = /(?:^|[\s"'`(=:,])\/(?:work|root)\/|"resolved": "https?:|^registry\s*=|:_auth|GOPROXY=http/m
    const wrong = contents
      .filter(({ path, content }) => isText(content) && !large(path) && path !== 'test/repo-shape.test.ts')
      .map(({ path, content }) => ({ path, found: pattern.exec(content.toString('utf8')) }))
      .filter(({ found }) => found !== null)
      .map(({ path, found }) => `${path}: ${found?.[0].trim()}`)
    expect(wrong).toEqual([])
  })

  test('that is Markdown links only to what exists', () => {
    const wrong = contents
      .filter(({ path }) => path.endsWith('.md'))
      .flatMap(({ path, content }) =>
        [...content.toString('utf8').matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
          .map(([, link = '']) => normalize(join(dirname(path), decodeURIComponent(link))))
          .filter((target) => !existsSync(join(root, target)))
          .map((target) => `${path} links to ${target}`),
      )
    expect(wrong).toEqual([])
  })
})

test('the lockfile holds the versions that the packages pin', () => {
  const lock = JSON.parse(readRepositoryFile('package-lock.json').toString('utf8')) as {
    packages: Record<string, { dependencies?: object; devDependencies?: object; optionalDependencies?: object }>
  }
  const wrong = packages
    .filter(({ folder, dependencies, devDependencies, optionalDependencies }) => {
      const locked = lock.packages[folder]
      const all = { ...locked?.dependencies, ...locked?.devDependencies, ...locked?.optionalDependencies }
      const sorted = (value: object): string => JSON.stringify(Object.entries(value).sort())
      return sorted(all) !== sorted({ ...dependencies, ...devDependencies, ...optionalDependencies })
    })
    .map(({ folder }) => `${folder}/package.json`)
  expect(wrong, 'run `npm install --ignore-scripts` and commit package-lock.json').toEqual([])
})
