import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { publishImage, readWhole } from '@atrium/dev-env/published-image.ts'
import { BundleReader } from '@atrium/pack/transfer/bundle.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { reachRegistries } from '../src/packs/registry.ts'
import { credentialsFor, type HostedRegistry, hostRegistry, password } from './support/hosted-registry.ts'
import { refuse, succeed } from './support/run-here.ts'

const MIB = 1024 * 1024
let upstream: HostedRegistry
let inside: HostedRegistry
let folder: string
let trust: string[]
let reach: ReturnType<typeof reachRegistries>
let published: { web: string; job: string }

const deployment = (image: string): string =>
  JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'x' },
    spec: { template: { spec: { containers: [{ image }] } } },
  })

/** A pack whose manifest needs an image that it does not list. */
function packFolder(version: string, listed: string): string {
  const path = join(folder, `shop-${version}`)
  mkdirSync(path)
  const manifest = {
    name: 'Shop',
    version,
    layer: 'addon',
    cloudTypes: ['all'],
    kubeManifests: ['job.yaml', 'page.yaml'],
  }
  writeFileSync(join(path, 'pack.json'), JSON.stringify(manifest))
  writeFileSync(
    join(path, 'values.yaml'),
    `pack: {namespace: shop, content: {images: [{image: "${listed}"}]}}\nmanifests: {job: {tag: "2"}}\n`,
  )
  writeFileSync(join(path, 'job.yaml'), deployment('quay.io/acme/job:{{ .Values.tag }}').replaceAll('\\"', '"'))
  writeFileSync(join(path, 'page.yaml'), 'foreign: "{{ isset }}"\n')
  return path
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mirror-'))
  ;[upstream, inside] = await Promise.all([hostRegistry(), hostRegistry()])
  const ca = join(folder, 'ca.crt')
  writeFileSync(ca, [upstream, inside].map(({ caFile }) => readFileSync(caFile, 'utf8')).join('\n'))
  const credentials = credentialsFor(join(folder, 'c.json'), { [upstream.host]: password, [inside.host]: password })
  trust = ['--ca', ca, '--credentials', credentials]
  reach = reachRegistries({ ca, credentials })
  const { content } = reach.open(upstream.host)
  published = {
    web: await publishImage(content, 'library/web', '1.0', [2 * MIB, 1000]),
    job: await publishImage(content, 'quay/acme/job', '2', [5000, 0]),
  }
  for (const [version, listed] of [
    ['1.0.0', 'web:1.0'],
    ['1.1.0', `docker.io/library/web:1.0@${published.web}`],
  ] as const)
    await succeed('pack', 'push', packFolder(version, listed), '--registry', `${upstream.host}/packs`, ...trust)
})
afterAll(async () => {
  await reach[Symbol.asyncDispose]()
  await Promise.all([upstream.remove(), inside.remove()])
  rmSync(folder, { recursive: true, force: true })
})

const maps = () => ['--map', `docker.io=${upstream.host}`, '--map', `quay.io=${upstream.host}/quay`]
const mirror = (...words: string[]) => succeed('pack', 'mirror', ...words, ...maps(), ...trust)

describe('a mirror between registries', () => {
  test('brings packs with the images they list and those their objects need, for every machine', async () => {
    const said = await mirror('shop:1.0.0', '--from', `${upstream.host}/packs`, '--to', `${inside.host}/copy`)
    expect(said.split('\n').map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      'pack/Shop:1.0.0 copied',
      'image/docker.io/library/web:1.0 copied',
      'image/quay.io/acme/job:2 copied',
      '',
    ])
    const { content } = reach.open(`${inside.host}/copy`)
    expect(await readWhole(content, 'copy/images/docker.io/library/web', '1.0')).toBe(published.web)
    expect(await readWhole(content, 'copy/images/quay.io/acme/job', '2')).toBe(published.job)
    const [ls, pulled] = [
      ['ls', '-o', 'name'],
      ['pull', 'shop:1.0.0', '--out', join(folder, 'pulled')],
    ]
    const at = ['--registry', `${inside.host}/copy`, ...trust]
    expect(await succeed('pack', ...ls, ...at)).toBe('shop:1.0.0\n')
    const digest = (await succeed('pack', ...pulled, ...at)).split(' ')[1]
    expect(said).toContain(`pack/Shop:1.0.0 copied ${digest?.trim()}`)
  })

  test('goes on where it was, and needs the origin of images no more', async () => {
    const again = await mirror('shop', '--from', `${inside.host}/copy`, '--to', `${inside.host}/copy`)
    expect(again.split('\n').filter((line) => !/ unchanged sha256:/.test(line))).toEqual([''])
    const next = ['--from', `${inside.host}/copy`, '--to', `${inside.host}/second`, '--all', ...trust]
    expect(await succeed('pack', 'mirror', ...next)).toContain(
      `image/docker.io/library/web:1.0 copied ${published.web}`,
    )
  })

  test('tells every image that is nowhere, and brings the rest', async () => {
    const path = join(folder, 'lacking')
    mkdirSync(path)
    writeFileSync(
      join(path, 'pack.json'),
      JSON.stringify({ name: 'lacking', version: '1.0.0', layer: 'addon', cloudTypes: ['all'] }),
    )
    writeFileSync(join(path, 'values.yaml'), 'pack: {content: {images: [{image: "web:1.0"}, {image: "nowhere:1"}]}}\n')
    await succeed('pack', 'push', path, '--registry', `${upstream.host}/packs`, ...trust)
    const words = ['lacking', '--from', `${upstream.host}/packs`, '--to', `${inside.host}/third`, ...maps(), ...trust]
    const said = await refuse('pack', 'mirror', ...words)
    expect(said).toContain('image docker.io/library/nowhere:1: it is nowhere')
    expect(said).toContain('1 failed; everything else is there')
    expect(await readWhole(reach.open(inside.host).content, 'third/images/docker.io/library/web', '1.0')).toBe(
      published.web,
    )
    expect(await succeed('pack', 'mirror', ...words, '--allow-missing')).toContain('pack/lacking:1.0.0 unchanged')
  })
})

describe('a bundle', () => {
  test('holds everything in one file, for a place without any other source', async () => {
    const bundle = join(folder, 'shop.tar')
    const made = await mirror('shop:1.1.0', '--from', `${upstream.host}/packs`, '--to', bundle)
    expect(made).toContain(`image/docker.io/library/web:1.0@${published.web} copied ${published.web}`)
    expect(readdirSync(folder).filter((name) => name.startsWith('shop.tar'))).not.toContain('shop.tar.part')
    expect(
      await refuse('pack', 'mirror', 'shop', '--from', `${upstream.host}/packs`, '--to', bundle, ...trust),
    ).toContain('is there already')
    // Neither the registry that packs came from nor the one of images is named, and the credentials know the target alone.
    const alone = ['--ca', inside.caFile, '--credentials', inside.credentialsFile]
    const brought = await succeed(
      'pack',
      'mirror',
      '--all',
      '--from',
      bundle,
      '--to',
      `${inside.host}/island`,
      ...alone,
    )
    expect(brought).toContain('pack/shop:1.1.0 copied')
    const { content } = reach.open(`${inside.host}/island`)
    expect(await readWhole(content, 'island/images/docker.io/library/web', '1.0')).toBe(published.web)
    expect(await readWhole(content, 'island/images/docker.io/library/web', published.web)).toBe(published.web)
    expect(await readWhole(content, 'island/images/quay.io/acme/job', '2')).toBe(published.job)
    expect(await succeed('pack', 'ls', '--registry', `${inside.host}/island`, ...alone, '-o', 'name')).toBe(
      'shop:1.1.0\n',
    )
  })

  test('whose making was killed goes on with what it had', async () => {
    const big = await publishImage(reach.open(upstream.host).content, 'library/big', '1', [8 * MIB, 8 * MIB, 8 * MIB])
    const path = join(folder, 'bigger')
    mkdirSync(path)
    writeFileSync(
      join(path, 'pack.json'),
      JSON.stringify({ name: 'bigger', version: '1.0.0', layer: 'addon', cloudTypes: ['all'] }),
    )
    writeFileSync(join(path, 'values.yaml'), 'pack: {content: {images: [{image: "big:1"}]}}\n')
    await succeed('pack', 'push', path, '--registry', `${upstream.host}/packs`, ...trust)
    const bundle = join(folder, 'killed.tar')
    const words = ['pack', 'mirror', 'bigger', '--from', `${upstream.host}/packs`, '--to', bundle, ...maps(), ...trust]
    // Whoever is killed leaves its temporary files: here they go with the test's.
    const env = { ...process.env, TMPDIR: folder }
    const program = join(import.meta.dirname, '../src/main.ts')
    const child = spawn(process.execPath, [program, ...words], { stdio: 'ignore', env })
    const ended = once(child, 'exit')
    const part = `${bundle}.part`
    while (child.exitCode === null && !(existsSync(part) && statSync(part).size > 10 * MIB)) await systemClock.sleep(5)
    child.kill('SIGKILL')
    expect(await ended).toEqual([null, 'SIGKILL'])
    const before = readFileSync(part).subarray(0, 8 * MIB)
    await succeed(...words)
    expect(
      readFileSync(bundle)
        .subarray(0, 8 * MIB)
        .equals(before),
    ).toBe(true)
    const reader = await BundleReader.open(bundle)
    expect(await readWhole(reader, 'images/docker.io/library/big', '1')).toBe(big)
    await reader.close()
  })
})
