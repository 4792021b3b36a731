import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readCredentials } from './credentials.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'credentials-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const config = (content: object | string, mode = 0o600): string => {
  const file = join(folder, 'config.json')
  rmSync(file, { force: true })
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content), { mode })
  return file
}
const shown = async (file: string | undefined, host: string, env: NodeJS.ProcessEnv = {}) => {
  const found = await readCredentials(file, env).of(host)
  return found === null ? null : `${found.username}:${found.password.reveal()}`
}
const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') })

test('are found by host, as Docker writes them, and shown to no other host', async () => {
  const file = config({
    auths: { 'reg.example:5000': auth('ada:a:b'), 'https://index.docker.io/v1/': auth('hub:c'), empty: {} },
  })
  expect(await shown(file, 'reg.example:5000')).toBe('ada:a:b')
  expect(await shown(file, 'docker.io')).toBe('hub:c')
  expect(await shown(file, 'registry-1.docker.io')).toBe('hub:c')
  expect(await shown(file, 'reg.example')).toBeNull()
  expect(await shown(file, 'evildocker.io')).toBeNull()
  expect(await shown(file, 'empty')).toBeNull()
  expect(await shown(undefined, 'reg.example:5000', { DOCKER_CONFIG: folder })).toBe('ada:a:b')
  expect(await shown(undefined, 'reg.example:5000', { HOME: folder })).toBeNull()
})

test('may be written as YAML, with name and password', async () => {
  const file = config('auths:\n  reg.example: {username: ada, password: secret}\n')
  expect(await shown(file, 'reg.example')).toBe('ada:secret')
})

test('come from a credential helper, which is told the host on its standard input', async () => {
  const helper = join(folder, 'docker-credential-test')
  writeFileSync(
    helper,
    '#!/bin/sh\nread host\n[ "$host" = none ] && echo "credentials not found" && exit 1\n[ "$host" = bad ] && exit 1\necho "{\\"Username\\":\\"$1\\",\\"Secret\\":\\"$host\\"}"\n',
  )
  chmodSync(helper, 0o755)
  const before = process.env['PATH']
  process.env['PATH'] = `${folder}:${before}`
  try {
    const file = config({ credsStore: 'test', credHelpers: { 'other.example': 'lacking' } }, 0o644)
    expect(await shown(file, 'reg.example')).toBe('get:reg.example')
    expect(await shown(file, 'none')).toBeNull()
    await expect(shown(file, 'bad')).rejects.toThrow('docker-credential-test gave no credentials for bad')
    await expect(shown(file, 'other.example')).rejects.toThrow('docker-credential-lacking cannot be run')
  } finally {
    process.env['PATH'] = before
  }
})

test('that others may read, or nobody can, are refused without repeating them', async () => {
  await expect(shown(config({ auths: { a: auth('x:y') } }, 0o644), 'a')).rejects.toThrow(
    'others may read it. Close it: chmod 600',
  )
  await expect(shown(config('{ "auths": secret: }'), 'a')).rejects.toThrow(/config\.json is neither JSON nor YAML\.$/)
  await expect(shown(config({ auths: { a: { auth: '!!' } } }), 'a')).rejects.toThrow("auths.a needs 'auth'")
  expect(() => readCredentials(join(folder, 'none'), {})).toThrow('--credentials: there is no file')
})
