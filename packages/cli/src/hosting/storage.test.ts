import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readStorage } from './storage.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'storage-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const file = (text: string, mode = 0o600): string => {
  const path = join(folder, 's3.yaml')
  rmSync(path, { force: true })
  writeFileSync(path, text, { mode })
  return path
}
const keys = '  accessKey: id\n  secretKey: hidden\n'

test('keys of the file go to the environment of the registry alone, and clients are not sent to the bucket', () => {
  const text = `s3:\n  bucket: packs\n  endpoint: http://127.0.0.1:9000\n  folder: /a/\n${keys}`
  const { driver, env } = readStorage(file(text), {})
  expect(env).toEqual({ AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'hidden' })
  expect(JSON.stringify(driver)).not.toContain('hidden')
  expect(driver).toMatchObject({
    s3: { bucket: 'packs', region: 'us-east-1', rootdirectory: '/a', secure: false, forcepathstyle: true },
    redirect: { disable: true },
  })
})

test('without them the variables of S3 tools count', () => {
  const env = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_SESSION_TOKEN: 'c', OTHER: 'd' }
  const { OTHER: _other, ...expected } = env
  expect(readStorage(file('s3: {bucket: packs}\n', 0o644), env).env).toEqual(expected)
  expect(() => readStorage(file('s3: {bucket: packs}\n'), {})).toThrow('the keys of the bucket are missing')
})

test('what is wrong is told without repeating the file', () => {
  expect(() => readStorage(file(`s3:\n  bucket: packs\n${keys}`, 0o644), {})).toThrow('others may read it')
  expect(() => readStorage(file('s3: {bucket: packs, bukket: x}\n'), {})).toThrow('s3.bukket is no field of this')
  expect(() => readStorage(file('s3: {bucket: packs, endpoint: nowhere}\n'), {})).toThrow("'nowhere' is no URL")
  expect(() => readStorage(file('s3: [hidden\n'), {})).toThrow(/cannot be read: it is no YAML$/)
})
