import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type S3Server, startS3 } from '@atrium/dev-env/s3.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readStorage } from '../src/hosting/storage.ts'
import { type HostedRegistry, hostRegistry } from './support/hosted-registry.ts'
import { succeed } from './support/run-here.ts'

/** `--all`: what answers as S3 is built first. */
const isWhole = process.env.ATRIUM_TEST_ALL === '1'
const BUILD_LIMIT_MS = 10 * 60_000
const secret = 'secret-key-of-the-bucket'

describe.skipIf(!isWhole)('a hosted registry that keeps its content in S3', () => {
  let s3: S3Server
  let registry: HostedRegistry
  let folder: string
  const storageFile = (): string => {
    const file = join(folder, 'storage.yaml')
    const lines = [
      `bucket: ${s3.bucket}`,
      `endpoint: ${s3.url}`,
      'folder: registry',
      'accessKey: AK',
      `secretKey: ${secret}`,
    ]
    writeFileSync(file, `s3:\n${lines.map((line) => `  ${line}\n`).join('')}`, { mode: 0o600 })
    return file
  }
  const pack = (verb: string, ...words: string[]) =>
    succeed('pack', verb, ...words, '--registry', registry.host, ...registry.trust)

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hosted-s3-'))
    s3 = await startS3()
    registry = await hostRegistry({ storage: readStorage(storageFile(), {}) })
  }, BUILD_LIMIT_MS)
  afterAll(async () => {
    await registry?.remove()
    await s3?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  test('gives back what was pushed, also large, and after a restart with another folder', async () => {
    const source = join(folder, 'large-1.0.0')
    mkdirSync(source)
    writeFileSync(join(source, 'pack.json'), JSON.stringify({ name: 'large', version: '1.0.0', layer: 'addon' }))
    writeFileSync(join(source, 'values.yaml'), '# kept\n')
    // More than one part of an upload to S3; what cannot be packed tighter.
    const chunks = Array.from({ length: 800_000 }, (_, index) => createHash('sha256').update(String(index)).digest())
    const blob = Buffer.concat(chunks)
    writeFileSync(join(source, 'data.bin'), blob)
    const digest = / pushed (\S+)/.exec(await pack('push', source))?.[1]
    expect(await pack('push', source)).toContain(`unchanged ${digest}`)
    await pack('tag', 'large:1.0.0', '1.x')

    const { folder: home, stop, port } = registry
    await stop()
    rmSync(home.contentFolder, { recursive: true, force: true })
    registry = await hostRegistry({ folder: home, port, storage: readStorage(storageFile(), {}) })
    expect(await pack('pull', 'large:1.x', '--out', join(folder, 'back'))).toContain(digest)
    expect(readFileSync(join(folder, 'back', 'large-1.0.0', 'data.bin')).equals(blob)).toBe(true)
    expect(JSON.parse(await pack('ls', '-o', 'json'))).toEqual([{ name: 'large', versions: ['1.0.0', '1.x'] }])
    expect(readFileSync(home.configFile, 'utf8')).not.toContain(secret)
  })
})
