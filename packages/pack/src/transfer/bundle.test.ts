import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readArchive } from '../sources/archive.ts'
import { digestOf } from '../sources/oci/types.ts'
import { BundleReader, BundleWriter } from './bundle.ts'
import type { Content, RawManifest } from './content.ts'
import { copyManifest } from './copy.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bundle-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const blob = (text: string) => {
  const bytes = Buffer.from(text)
  return { bytes, digest: digestOf(bytes), size: bytes.length, mediaType: 'application/octet-stream' }
}
const raw = (mediaType: string, content: object): RawManifest => {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...content }))
  return { mediaType, digest: digestOf(bytes), bytes }
}

/** An image for two machines that share a layer. */
const shared = blob('shared')
const machines = ['amd64', 'arm64'].map((name) => [blob(`config ${name}`), shared, blob(`layer of ${name}`)] as const)
const images = machines.map(([config, ...layers]) =>
  raw('application/vnd.oci.image.manifest.v1+json', {
    config: { ...config, bytes: undefined },
    layers: layers.map((layer) => ({ ...layer, bytes: undefined })),
  }),
)
const list = raw('application/vnd.oci.image.index.v1+json', {
  manifests: images.map(({ digest, mediaType, bytes }) => ({ digest, mediaType, size: bytes.length })),
})
const blobs = new Map(machines.flat().map((one) => [one.digest, one.bytes]))

/** Counts what is read, and can break off. */
const source = (opened: string[], breakAt?: string): Content => ({
  manifest: (_repository, reference) =>
    Promise.resolve([list, ...images].find(({ digest }) => digest === reference) ?? null),
  async openBlob(_repository, { digest }) {
    opened.push(digest)
    const bytes = blobs.get(digest) ?? Buffer.alloc(0)
    return Readable.from(digest === breakAt ? [bytes.subarray(0, 3)] : [bytes.subarray(0, 2), bytes.subarray(2)])
  },
})

const copyInto = (writer: BundleWriter, opened: string[] = [], breakAt?: string) =>
  copyManifest(
    list,
    { content: source(opened, breakAt), repository: 'web' },
    { content: writer, repository: 'images/reg.example/web' },
    ['1.0'],
  )

async function writeBundle(name: string): Promise<string> {
  const path = join(folder, name)
  const writer = await BundleWriter.open(path)
  await copyInto(writer)
  await writer.finish(() => ({ image: 'reg.example/web:1.0' }))
  await writer.close()
  return path
}

test('a bundle is an OCI layout in one tar file, and answers everything that was put into it', async () => {
  const path = await writeBundle('whole.tar')
  expect(readdirSync(folder)).toEqual(['whole.tar'])
  const files = await readArchive(readFileSync(path), 'bundle')
  expect(Buffer.from(files.get('oci-layout') ?? []).toString()).toBe('{"imageLayoutVersion":"1.0.0"}')
  const index = JSON.parse(Buffer.from(files.get('index.json') ?? []).toString())
  expect(index.manifests).toEqual([
    {
      mediaType: list.mediaType,
      digest: list.digest,
      size: list.bytes.length,
      annotations: {
        'org.opencontainers.image.ref.name': 'images/reg.example/web:1.0',
        'io.containerd.image.name': 'reg.example/web:1.0',
      },
    },
  ])
  const reader = await BundleReader.open(path)
  expect(reader.names).toEqual([{ repository: 'images/reg.example/web', reference: '1.0', digest: list.digest }])
  expect(await reader.manifest('images/reg.example/web', '1.0')).toEqual(list)
  for (const [digest, bytes] of blobs)
    expect(Buffer.concat(await (await reader.openBlob('', { digest, size: bytes.length })).toArray())).toEqual(bytes)
  expect(await reader.manifest('images/reg.example/web', '2.0')).toBeNull()
  await reader.close()
})

test('content that is not what its digest says does not stay, and what came before it does', async () => {
  const path = join(folder, 'broken-off.tar')
  const last = machines[1]?.[2].digest ?? ''
  const writer = await BundleWriter.open(path)
  await expect(copyInto(writer, [], last)).rejects.toThrow(`${last}: 3 of 14 bytes came`)
  await writer.close()
  const again = await BundleWriter.open(path)
  const opened: string[] = []
  await copyInto(again, opened)
  expect(opened).toEqual([last])
  await again.finish(() => ({}))
  await again.close()
  const reader = await BundleReader.open(path)
  expect((await reader.manifest('images/reg.example/web', '1.0'))?.digest).toBe(list.digest)
  await reader.close()
})

test('wherever writing was cut off, it goes on to the same bundle', async () => {
  const whole = readFileSync(await writeBundle('cut.tar'))
  for (let length = 0; length < whole.length; length += 700) {
    const path = join(folder, 'cut-again.tar')
    writeFileSync(`${path}.part`, whole)
    truncateSync(`${path}.part`, length)
    const writer = await BundleWriter.open(path)
    await copyInto(writer)
    await writer.finish(() => ({ image: 'reg.example/web:1.0' }))
    await writer.close()
    expect(readFileSync(path).equals(whole), `cut at ${length}`).toBe(true)
  }
})

test('content that was altered in a bundle is noticed when it is read', async () => {
  const path = await writeBundle('altered.tar')
  const bytes = readFileSync(path)
  bytes.write('X', bytes.indexOf('layer of arm64'))
  writeFileSync(path, bytes)
  const reader = await BundleReader.open(path)
  const layer = machines[1]?.[2] ?? shared
  await expect((await reader.openBlob('', layer)).toArray()).rejects.toThrow(`${layer.digest}: other content came`)
  await reader.close()
})

test.each([
  ['empty.tar', ''],
  ['text.tar', 'no tar file at all'.repeat(100)],
])('%s is no bundle', async (name, text) => {
  writeFileSync(join(folder, name), text)
  await expect(BundleReader.open(join(folder, name))).rejects.toThrow('is no bundle, or not whole.')
})
