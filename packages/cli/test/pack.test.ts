import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { samplePacks } from '@atrium/dev-env/sample-packs.ts'
import { toolPath } from '@atrium/dev-env/tool-paths.ts'
import type { Finding } from '@atrium/pack/lint/finding.ts'
import { lintPack } from '@atrium/pack/lint/lint-pack.ts'
import { readPackDirectory } from '@atrium/pack/sources/directory.ts'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { helmRenderer } from '../src/packs/helm-renderer.ts'
import { runHere, type Said } from './support/run-here.ts'

const shipped = join(import.meta.dirname, '../../../packs')
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'atrium-pack-'))
})
beforeEach(() => void vi.stubEnv('ATRIUM_TOOL_HELM', toolPath('helm')))
afterEach(() => void vi.unstubAllEnvs())
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const pack = (...args: string[]): Promise<Said> => runHere(['pack', ...args])
const made = (name: string): string => join(folder, `${name}-1.0.0`)

describe('atrium pack', () => {
  test('a new pack lints clean, is built to the same bytes twice, shown, and rendered by helm', async () => {
    expect(await pack('new', 'web', '-d', folder)).toMatchObject({ exitCode: 0, stdout: `${made('web')}\n` })
    expect(await pack('lint', made('web'), '--fail-on', 'info')).toMatchObject({
      exitCode: 0,
      stdout: `${made('web')}: nothing found\n`,
    })
    const first = await pack('build', made('web'), '-d', join(folder, 'one'))
    const again = await pack('build', join(folder, 'one/web-1.0.0.tar.gz'), '-d', join(folder, 'two'))
    expect(first.stdout.split(' ')[1]).toBe(again.stdout.split(' ')[1])
    expect(readFileSync(join(folder, 'one/web-1.0.0.tar.gz'))).toEqual(
      readFileSync(join(folder, 'two/web-1.0.0.tar.gz')),
    )
    expect(JSON.parse((await pack('show', made('web'), '-o', 'json')).stdout)).toMatchObject({
      name: 'web',
      charts: [{ name: 'web', version: '1.0.0', release: 'web' }],
      images: ['registry.k8s.io/pause:3.10'],
    })
    expect((await pack('render', made('web'), '--layer', 'front')).stdout).toContain('name: front-web\n')
    const twice = await pack('new', 'web', '-d', folder)
    expect(twice).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('nothing was written') })
  })

  test('where this system keeps nothing in, archives are rendered only if that is accepted; folders are', async () => {
    const archive = join(folder, 'guarded/guarded-1.0.0.tar.gz')
    await pack('new', 'guarded', '-d', folder)
    await pack('build', made('guarded'), '-d', join(folder, 'guarded'))
    vi.stubEnv('PATH', '/nonexistent')
    expect((await pack('render', made('guarded'))).stdout).toContain('name: guarded\n')
    const refused = await pack('render', archive)
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('ATRIUM_ISOLATION=best-effort') })
    const linted = await pack('lint', archive)
    expect(linted).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('are not looked at') })
    vi.stubEnv('ATRIUM_ISOLATION', 'best-effort')
    expect((await pack('render', archive)).stdout).toContain('name: guarded\n')
  })

  test('render fills in what is given, and says what is missing, with its line', async () => {
    await pack('new', 'given', '--content', 'manifest', '-d', folder)
    const values = join(folder, 'values.yaml')
    writeFileSync(
      values,
      'pack: {namespace: x}\nmanifests:\n  given:\n    replicas: {{.spectro.var.count}}\n    image: "{{.spectro.system.cluster.name}}/{{.spectro.macro.tag}}"\n',
    )
    const missing = await pack('render', made('given'), '-f', values)
    expect(missing).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/values\.yaml:4:15: .*--var count=…/) })
    const rendered = await pack('render', made('given'), '-f', values, '--var', 'count=3', '--macro', 'tag=a=b')
    expect(rendered.stdout).toContain('replicas: 3\n')
    expect(rendered.stdout).toContain('image: "sample/a=b"\n')
    const resolved = await pack(
      'render',
      made('given'),
      '-f',
      values,
      '--var',
      'count=3',
      '--macro',
      'tag=t',
      '--fact',
      'cluster.name=c',
      '--values-only',
    )
    expect(resolved.stdout).toContain('replicas: 3\n    image: "c/t"\n')
  })

  test('render chooses presets, and says which there are', async () => {
    await pack('new', 'sized', '-d', folder)
    const presets = 'presets:\n- name: big\n  group: Size\n  add: |\n    charts:\n      sized:\n        replicas: 5\n'
    writeFileSync(join(made('sized'), 'presets.yaml'), presets)
    expect((await pack('render', made('sized'), '--preset', 'Size:big')).stdout).toContain('replicas: 5\n')
    const unknown = await pack('render', made('sized'), '--preset', 'Size:huge')
    expect(unknown).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('Size:big') })
  })

  test('diff tells charts, images and values of another version, and nothing of the same', async () => {
    const [old, now] = [join(shipped, 'hello-atrium-1.0.0'), join(shipped, 'hello-atrium-1.1.0')]
    const changed = await pack('diff', old, now)
    expect(changed.exitCode).toBe(1)
    expect(changed.stdout).toContain('~ version: "1.0.0" → "1.1.0"')
    expect(changed.stdout).toContain('~ hello-atrium: "1.0.0" → "1.1.0"')
    expect(changed.stdout).toMatch(/values\.yaml:\n@@ -\d+ \+\d+ @@/)
    expect(await pack('diff', old, old)).toMatchObject({ exitCode: 0, stdout: 'no difference\n' })
    expect((await pack('diff', old, join(folder, 'nothing'))).exitCode).toBe(2)
  })

  test('lint: exit codes by severity, codes left out, JSON, and SARIF with its place', async () => {
    await pack('new', 'slip', '-d', folder)
    const values = join(made('slip'), 'values.yaml')
    writeFileSync(values, `${readFileSync(values, 'utf8')}    replica: 2\n`)
    const path = made('slip')
    expect((await pack('lint', path)).exitCode).toBe(0)
    expect((await pack('lint', path, '--fail-on', 'warning')).exitCode).toBe(1)
    expect((await pack('lint', path, '--fail-on', 'warning', '--ignore', 'values-unknown-key')).exitCode).toBe(0)
    expect((await pack('lint', path, '--level', 'error')).stdout).toBe(`${path}: nothing found\n`)
    expect((await pack('lint', path, '--ignore', 'none')).exitCode).toBe(2)
    expect((await pack('lint', join(folder, 'nothing'))).exitCode).toBe(2)
    expect(JSON.parse((await pack('lint', path, '-o', 'json')).stdout)).toMatchObject([
      {
        pack: path,
        findings: [{ code: 'values-unknown-key', severity: 'warning', file: 'values.yaml', line: 14, column: 5 }],
      },
    ])
    const sarif = JSON.parse((await pack('lint', path, '-o', 'sarif')).stdout)
    expect(sarif).toMatchObject({
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { rules: [{ id: 'values-unknown-key' }] } },
          results: [
            {
              ruleId: 'values-unknown-key',
              level: 'warning',
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: `${path}/values.yaml` },
                    region: { startLine: 14, startColumn: 5 },
                  },
                },
              ],
            },
          ],
        },
      ],
    })
  })

  test('the packs that Atrium ships have no errors', async () => {
    const { exitCode, stdout } = await pack('lint', shipped)
    expect(exitCode, stdout).toBe(0)
    expect(stdout.split('\n').filter((line) => !line.startsWith('  ')).length).toBeGreaterThan(8)
  })
})

/** How often each code was found. */
function countsOf(findings: readonly Finding[]): Record<string, number> {
  const codes = findings.map(({ code }) => code).sort()
  return Object.fromEntries([...new Set(codes)].map((code) => [code, codes.filter((one) => one === code).length]))
}

const samples = await samplePacks()
describe.skipIf(samples.length === 0)('published packs', () => {
  test('have the findings that were judged to be true, and no others', async () => {
    const renderer = helmRenderer({ helm: toolPath('helm'), kubernetesVersion: '1.34.4' })
    const found: Record<string, Record<string, number>> = {}
    for (const path of samples)
      found[basename(path)] = countsOf(await lintPack(await readPackDirectory(path), renderer))
    await expect(`${JSON.stringify(found, null, 2)}\n`).toMatchFileSnapshot('pack-lint.golden.json')
  })
})
