import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toolPath } from '@atrium/dev-env/tool-paths.ts'
import { planLayer } from '@atrium/pack/format/layer.ts'
import { readPackDirectory } from '@atrium/pack/sources/directory.ts'
import { loadPack } from '@atrium/pack/sources/load.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { credentialsFor, type HostedRegistry, hostRegistry } from './support/hosted-registry.ts'
import { refuse, runHere, succeed } from './support/run-here.ts'

const values = `# How many.
replicas: 2

image:
  # Where it comes from.
  repository: acme/web
  tag: "1.0"
motd: |
  first

    last
`
const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: {{ .Values.replicas }}
  template:
    spec: {containers: [{name: web, image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"}]}
`
const hook = `apiVersion: batch/v1
kind: Job
metadata: {name: prepare, annotations: {helm.sh/hook: pre-install}}
spec: {template: {spec: {initContainers: [{name: a, image: quay.io/acme/prepare}], containers: []}}}
`

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'import-'))
  chart('web', '1.2.0', deployment)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function chart(name: string, version: string, template: string): string {
  const path = join(folder, name)
  mkdirSync(join(path, 'templates'), { recursive: true })
  writeFileSync(
    join(path, 'Chart.yaml'),
    `{apiVersion: v2, name: ${name}, version: ${version}, description: Serves pages.}\n`,
  )
  writeFileSync(join(path, 'values.yaml'), values)
  writeFileSync(join(path, 'README.md'), '# Pages\n')
  writeFileSync(join(path, '.helmignore'), 'secret.txt\n')
  writeFileSync(join(path, 'secret.txt'), 'not for others')
  writeFileSync(join(path, 'templates', 'web.yaml'), template)
  writeFileSync(join(path, 'templates', 'hook.yaml'), hook)
  return path
}

const packAt = async (out: string, name: string) => loadPack(await readPackDirectory(join(folder, out, name)))
/** As helm packs the chart. */
const archiveOf = (name: string, version: string): string => {
  execFileSync(toolPath('helm'), ['package', join(folder, name), '--destination', folder])
  return join(folder, `${name}-${version}.tgz`)
}

test('a folder becomes a pack that installs it: values as they were, images found by rendering, hooks too', async () => {
  const out = join(folder, 'from-folder')
  expect(await succeed('pack', 'import', join(folder, 'web'), '--out', out)).toBe(
    `${out}/web-1.2.0: chart web 1.2.0, 2 images\n`,
  )
  const pack = await packAt('from-folder', 'web-1.2.0')
  expect(pack.manifest).toMatchObject({
    name: 'web',
    version: '1.2.0',
    layer: 'addon',
    charts: ['charts/web-1.2.0.tgz'],
  })
  expect(pack.readme).toBe('# Pages\n')
  expect(pack.values).toContain('      - image: docker.io/acme/web:1.0\n      - image: quay.io/acme/prepare:latest\n')
  const [planned] = planLayer(pack, pack.values, 'web').charts
  expect(planned?.valuesText.replaceAll(/^ {4}/gm, '')).toBe(values.slice(values.indexOf('replicas')))
  expect(pack.values.endsWith(values.replaceAll(/^(?=.)/gm, '    '))).toBe(true)
  expect(await refuse('pack', 'import', join(folder, 'web'), '--out', out)).toContain('is there already')
  // The same chart makes the same pack.
  await succeed('pack', 'import', join(folder, 'web'), '--out', join(folder, 'again'))
  const again = await packAt('again', 'web-1.2.0')
  expect(Buffer.from(again.charts[0]?.archive ?? []).equals(Buffer.from(pack.charts[0]?.archive ?? []))).toBe(true)
  expect(Buffer.from(pack.charts[0]?.archive ?? []).includes('secret.txt')).toBe(false)
})

test('an archive is taken byte for byte, under a name, version and namespace of its own', async () => {
  const archive = archiveOf('web', '1.2.0')
  const named = ['--name', 'pages', '--pack-version', '9.0.0', '--namespace', 'front', '--layer', 'addon']
  await succeed('pack', 'import', archive, '--out', join(folder, 'named'), ...named)
  const pack = await packAt('named', 'pages-9.0.0')
  expect(Buffer.from(pack.charts[0]?.archive ?? []).equals(readFileSync(archive))).toBe(true)
  expect(planLayer(pack, pack.values, 'pages')).toMatchObject({ namespace: 'front', charts: [{ name: 'web' }] })
})

test('a chart that does not render by itself makes a pack all the same, or with what it needs', async () => {
  const path = chart('asking', '0.1.0', 'image: {{ required "say which" .Values.which }}\n')
  const said = await runHere(['pack', 'import', path, '--out', join(folder, 'asked')])
  expect(said.exitCode).toBe(0)
  expect(said.stderr).toContain('does not render, so its images are not listed: ')
  expect(said.stderr).toContain('say which')
  expect((await packAt('asked', 'asking-0.1.0')).values).toContain('images: []')
  const given = join(folder, 'given.yaml')
  writeFileSync(given, 'which: nginx\n')
  await succeed('pack', 'import', path, '--out', join(folder, 'told'), '--values', given)
  expect((await packAt('told', 'asking-0.1.0')).values).toContain('- image: docker.io/library/nginx:latest')
})

test('what is no chart is refused', async () => {
  writeFileSync(join(folder, 'none.tgz'), 'none')
  expect(await refuse('pack', 'import', join(folder, 'none.tgz'))).toContain('none.tgz: ')
  expect(await refuse('pack', 'import', join(folder, 'nowhere'))).toContain('There is no chart')
})

test('a Helm repository gives the version that is asked for, to who may have it', async () => {
  const site = join(folder, 'site')
  mkdirSync(site)
  for (const version of ['1.2.0', '1.3.0']) {
    chart('web', version, deployment)
    execFileSync(toolPath('helm'), ['package', join(folder, 'web'), '--destination', site])
  }
  execFileSync(toolPath('helm'), ['repo', 'index', site])
  const server = await serveFiles(site)
  const { port } = server.address() as { port: number }
  const repo = ['--repo', `http://127.0.0.1:${port}`, '--credentials', credentialsFor(join(folder, 'r.json'), {})]
  await succeed('pack', 'import', 'web', ...repo, '--chart-version', '1.2.0', '--out', join(folder, 'repo'))
  await succeed('pack', 'import', 'web', ...repo, '--out', join(folder, 'repo'))
  const pack = await packAt('repo', 'web-1.3.0')
  expect(pack.values).toContain(`- repo: "http://127.0.0.1:${port}"`)
  expect((await packAt('repo', 'web-1.2.0')).charts[0]?.version).toBe('1.2.0')
  expect(await refuse('pack', 'import', 'none', ...repo)).toMatch(/none.*not found/)
  const secret = credentialsFor(join(folder, 's.json'), { [`127.0.0.1:${port}`]: 'x' })
  const inClear = ['--repo', `http://127.0.0.1:${port}`, '--credentials', secret]
  expect(await refuse('pack', 'import', 'web', ...inClear)).toContain('credentials are not sent in the clear')
  server.close()
})

async function serveFiles(root: string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = join(root, new URL(request.url ?? '/', 'http://x').pathname)
    response.end(readFileSync(path))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

test('a chart of an OCI registry is imported, and mirrored with its images left out', async () => {
  const registry: HostedRegistry = await hostRegistry()
  try {
    const { host, trust } = registry
    const mirrored = ['--to', `${host}/in`, '--from', `${host}/in`, '--no-images', ...trust]
    const said = await succeed('pack', 'mirror', '--chart', archiveOf('asking', '0.1.0'), ...mirrored)
    expect(said).toMatch(/^chart\/asking:0\.1\.0 copied sha256:/)
    const words = [`oci://${host}/in/charts/asking`, '--chart-version', '0.1.0', '--out', join(folder, 'oci'), ...trust]
    await succeed('pack', 'import', ...words)
    expect((await packAt('oci', 'asking-0.1.0')).values).toContain(`- repo: "oci://${host}/in/charts"`)
  } finally {
    await registry.remove()
  }
})
