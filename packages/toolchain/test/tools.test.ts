import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { thisPlatform } from '../src/catalogue.ts'
import { formatStep, type ToolProgress } from '../src/progress.ts'
import { ensureTools, findTools } from '../src/tools.ts'
import { fakeTool, newMachine, sha256, startPublisher, writeScript } from './fakes.ts'

const { os, arch } = thisPlatform()
const ETCD = 'etcd Version: 3.6.14'
const KUBECTL = 'Client Version: v1.34.4'
const kubectlPath = `dl.k8s.io/release/v1.34.4/bin/${os}/${arch}/kubectl`

let machine: ReturnType<typeof newMachine>
let stops: (() => Promise<unknown>)[]
let notes: string[]

beforeEach(() => {
  machine = newMachine()
  stops = []
  notes = []
})

afterEach(async () => {
  await Promise.all(stops.map((stop) => stop()))
  machine.remove()
})

const publish = async (files: Record<string, string | Buffer>) => {
  const publisher = await startPublisher(files)
  stops.push(publisher.stop)
  machine.env.ATRIUM_TOOL_MIRROR = publisher.url
  return publisher
}

const onProgress = (event: ToolProgress): void => {
  notes.push(event.kind === 'note' ? event.message : formatStep(event))
}

const ensure = <Name extends 'etcd' | 'kubectl' | 'kube-scheduler' | 'kwok'>(...names: Name[]) =>
  ensureTools(names, { env: machine.env, onProgress })

const recordOf = (name: string, version: string) =>
  JSON.parse(readFileSync(join(machine.tools, name, version, 'record.json'), 'utf8'))

test('an explicit path wins over everything, and must be executable', async () => {
  const own = writeScript(join(machine.folder, 'my etcd'), 'echo anything')
  writeScript(join(machine.bin, 'etcd'), `echo "${ETCD}"`)
  machine.env.ATRIUM_TOOL_ETCD = own
  expect(await ensure('etcd')).toEqual({ etcd: own })
  machine.env.ATRIUM_TOOL_ETCD = join(machine.folder, 'missing')
  await expect(ensure('etcd')).rejects.toThrow(/ATRIUM_TOOL_ETCD names .*missing, which is no executable file/)
})

test('one on PATH is used when its version fits, passed over when not', async () => {
  const path = writeScript(join(machine.bin, 'etcd'), `echo "${ETCD}"`)
  expect(await ensure('etcd')).toEqual({ etcd: path })
  writeScript(path, 'echo "etcd Version: 3.5.0"')
  machine.installGo(ETCD)
  expect(await ensure('etcd')).toEqual({ etcd: join(machine.tools, 'etcd/3.6.14/etcd') })
})

test('a release is downloaded, checked against its publisher, recorded, and not asked for again', async () => {
  const binary = fakeTool(KUBECTL)
  const publisher = await publish({ [kubectlPath]: binary, [`${kubectlPath}.sha256`]: sha256(binary) })
  const { kubectl } = await ensure('kubectl')
  expect(execFileSync(kubectl, { encoding: 'utf8' }).trim()).toBe(KUBECTL)
  expect(recordOf('kubectl', '1.34.4')).toMatchObject({
    sha256: sha256(binary),
    origin: { kind: 'release', publishedSha256: sha256(binary), url: expect.stringContaining(kubectlPath) },
  })
  expect(notes.join('\n')).toMatch(/Missing: kubectl.*downloading kubectl \(about 61 MB\).*downloaded and verified/s)
  expect(publisher.requests).toEqual([`${kubectlPath}.sha256`, kubectlPath])
  expect(await ensure('kubectl')).toEqual({ kubectl })
  expect(publisher.requests).toHaveLength(2)
})

test('a release that is not what its publisher says is never used: built instead, or an error', async () => {
  await publish({ [kubectlPath]: fakeTool(`${KUBECTL} evil`), [`${kubectlPath}.sha256`]: sha256(fakeTool(KUBECTL)) })
  await expect(ensure('kubectl')).rejects.toThrow(/publisher says .*it is not used/)
  expect(await findTools(['kubectl'], machine.env)).toEqual({ kubectl: null })
  machine.installGo(KUBECTL)
  const { kubectl } = await ensure('kubectl')
  expect(readFileSync(kubectl, 'utf8')).not.toContain('evil')
  expect(recordOf('kubectl', '1.34.4').origin.kind).toBe('build')
})

test('a release whose publisher has no digest is not used', async () => {
  const publisher = await publish({ [kubectlPath]: fakeTool(KUBECTL) })
  await expect(ensure('kubectl')).rejects.toThrow(/kubectl: no verified release \(.*HTTP 404\)/)
  expect(publisher.requests).toEqual([`${kubectlPath}.sha256`])
})

test.runIf(os === 'linux')('a binary is taken out of its archive', async () => {
  const folder = `etcd-v3.6.14-${os}-${arch}`
  mkdirSync(join(machine.folder, folder))
  writeFileSync(join(machine.folder, folder, 'etcd'), fakeTool(ETCD))
  writeFileSync(join(machine.folder, folder, 'README'), 'more')
  execFileSync('tar', ['-czf', 'etcd.tar.gz', folder], { cwd: machine.folder })
  const archive = readFileSync(join(machine.folder, 'etcd.tar.gz'))
  const base = 'github.com/etcd-io/etcd/releases/download/v3.6.14'
  await publish({
    [`${base}/${folder}.tar.gz`]: archive,
    [`${base}/SHA256SUMS`]: `${'0'.repeat(64)}  other.tar.gz\n${sha256(archive)}  ${folder}.tar.gz\n`,
  })
  const { etcd } = await ensure('etcd')
  expect(readFileSync(etcd, 'utf8')).toBe(fakeTool(ETCD))
  expect(readdirSync(join(machine.tools, 'etcd/3.6.14')).sort()).toEqual(['etcd', 'record.json'])
})

test('a digest that GitHub keeps with a release is read', async () => {
  const binary = fakeTool('kwok version v0.8.0 go1.26.8')
  const file = `kwok-${os}-${arch}`
  await publish({
    [`github.com/kubernetes-sigs/kwok/releases/download/v0.8.0/${file}`]: binary,
    'api.github.com/repos/kubernetes-sigs/kwok/releases/tags/v0.8.0': JSON.stringify({
      assets: [
        { name: 'kwok.yaml', digest: null },
        { name: file, digest: `sha256:${sha256(binary)}` },
      ],
    }),
  })
  const { kwok } = await ensure('kwok')
  expect(recordOf('kwok', '0.8.0').origin.publishedSha256).toBe(sha256(readFileSync(kwok)))
})

test('without releases and without Go it says what is missing and how to get it, before it starts', async () => {
  const binary = fakeTool(KUBECTL)
  const publisher = await publish({ [kubectlPath]: binary, [`${kubectlPath}.sha256`]: sha256(binary) })
  await expect(ensure('kubectl', 'etcd')).rejects.toThrow(
    /Nothing was started: etcd must be built, and there is no Go here.*HTTP 404.*go\.dev\/dl/s,
  )
  expect(publisher.requests).not.toContain(kubectlPath)
})

test('what has no release is built from its pinned module, and the plan comes first', async () => {
  machine.installGo('v1.34.4')
  const found = await ensure('kube-scheduler', 'kubectl')
  expect(found.kubectl).toBe(join(machine.tools, 'kubectl/1.34.4/kubectl'))
  const [scheduler = '', kubectl = ''] = machine.goBuilds()
  expect(scheduler).toMatch(/tools\/kubernetes build .*-trimpath .*gitVersion=v1\.34\.4.*cmd\/kube-scheduler$/)
  expect(kubectl).toMatch(/cmd\/kubectl$/)
  expect(notes[1]).toMatch(/^Once for this machine: building kube-scheduler, kubectl with go1\.26\.8 \(up to about/)
  expect(notes).toContain('kube-scheduler, kubectl: compiling 50 %, about 1 s left')
})

test('a build that fails carries the words of the compiler and leaves nothing', async () => {
  machine.installGo(ETCD, 'echo "no space left on device" >&2; exit 1')
  await expect(ensure('etcd')).rejects.toThrow(/go build in .*etcd ended with code 1:.*no space left on device/s)
  expect(existsSync(join(machine.tools, 'etcd'))).toBe(false)
  expect(existsSync(join(machine.tools, '.work'))).toBe(false)
})

test('a build that does not tell its version is not used', async () => {
  machine.installGo('etcd Version: 0.0.0')
  await expect(ensure('etcd')).rejects.toThrow(/does not tell version 3\.6\.14/)
  expect(existsSync(join(machine.tools, 'etcd'))).toBe(false)
})

test('two at once: one builds, the other says that it waits, both get the result', async () => {
  machine.installGo(ETCD, '/bin/sleep 0.3')
  const [first, second] = await Promise.all([ensure('etcd'), ensure('etcd')])
  expect(first).toEqual(second)
  expect(machine.goBuilds()).toHaveLength(1)
  expect(notes).toContain(`Another process (pid ${process.pid}) is obtaining tools: waiting for it.`)
})

test('after kill -9 in the middle of a build nothing half-made is used, and the next start finishes it', async () => {
  machine.installGo(ETCD, `: > '${machine.folder}/building'; /bin/sleep 0.5`)
  const module = JSON.stringify(join(import.meta.dirname, '../src/tools.ts'))
  const script = `import { ensureTools } from ${module}; await ensureTools(['etcd'])`
  const starter = spawn(process.execPath, ['--input-type=module', '-e', script], { env: machine.env, stdio: 'inherit' })
  while (!existsSync(join(machine.folder, 'building'))) await systemClock.sleep(5)
  const ended = new Promise((resolve) => starter.on('exit', resolve))
  starter.kill('SIGKILL')
  await ended
  expect(await findTools(['etcd'], machine.env)).toEqual({ etcd: null })
  const { etcd } = await ensure('etcd')
  expect(execFileSync(etcd, { encoding: 'utf8' }).trim()).toBe(ETCD)
  expect(existsSync(join(machine.tools, '.work'))).toBe(false)
})

test('a cached tool that was changed is not used; one that was only touched is', async () => {
  machine.installGo(ETCD)
  const { etcd } = await ensure('etcd')
  const text = readFileSync(etcd, 'utf8')
  utimesSync(etcd, 1, 1)
  expect(await findTools(['etcd'], machine.env)).toEqual({ etcd })
  writeFileSync(etcd, text.replace('echo', 'ECHO'))
  expect(await findTools(['etcd'], machine.env)).toEqual({ etcd: null })
  await ensure('etcd')
  expect(readFileSync(etcd, 'utf8')).toBe(text)
})

test('what came of a download outlives its end, and is removed when all is there', async () => {
  const binary = fakeTool(KUBECTL)
  const parts = join(machine.tools, '.parts')
  mkdirSync(parts, { recursive: true })
  writeFileSync(join(parts, sha256(binary)), binary.slice(0, 5))
  await publish({ [`${kubectlPath}.sha256`]: sha256(binary) })
  await expect(ensure('kubectl')).rejects.toThrow(/HTTP 404/)
  expect(readFileSync(join(parts, sha256(binary)), 'utf8')).toBe(binary.slice(0, 5))
  await publish({ [kubectlPath]: binary, [`${kubectlPath}.sha256`]: sha256(binary) })
  const { kubectl } = await ensure('kubectl')
  expect(readFileSync(kubectl, 'utf8')).toBe(binary)
  expect(existsSync(parts)).toBe(false)
})
