import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseKubeconfig } from './config.ts'
import { execToken } from './exec-credential.ts'

const apiVersion = 'client.authentication.k8s.io/v1beta1'
let now = 0
const clock = { now: () => now }
const node = (script: string, more: object = {}) => ({
  apiVersion,
  command: process.execPath,
  args: ['-e', script],
  ...more,
})
const saying = (status: object): string => `console.log(${JSON.stringify(JSON.stringify({ status }))})`

test('a kubeconfig from outside may not run programs, nor may a file without leave', async () => {
  const text = JSON.stringify({
    ...{ 'current-context': 'c', contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }] },
    clusters: [{ name: 'c', cluster: { server: 'https://x' } }],
    users: [{ name: 'u', user: { exec: node('') } }],
  })
  const refused = /exec and auth-provider are not supported/
  await expect(parseKubeconfig(text, { baseDir: null, clock, exec: { clock, env: {} } })).rejects.toThrow(refused)
  await expect(parseKubeconfig(text, { baseDir: '/', clock })).rejects.toThrow(refused)
  expect((await parseKubeconfig(text, { baseDir: '/', clock, exec: { clock, env: {} } })).token?.fromProgram).toBe(true)
})

test('the program runs again when its token ends or is refused, and once for many who ask', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'atrium-exec-'))
  try {
    const count = `const f = require('node:fs'); const p = process.env.FILE; f.appendFileSync(p, 'x');`
    const status = `{ token: 't' + f.readFileSync(p, 'utf8').length, expirationTimestamp: '1970-01-01T01:00:00Z' }`
    const script = `${count} console.log(JSON.stringify({ status: ${status} }))`
    const told: string[] = []
    const tokens = execToken(node(script, { env: [{ name: 'FILE', value: join(dir, 'runs') }] }), '/', {
      ...{ clock, env: {} },
      onToken: async (token) => void told.push(token.reveal()),
    })
    const asked = await Promise.all([tokens.current(), tokens.current()])
    expect(asked.map((token) => token.reveal())).toEqual(['t1', 't1'])
    expect((await tokens.current()).reveal()).toBe('t1')
    tokens.refresh()
    expect((await tokens.current()).reveal()).toBe('t2')
    now = 3_590_000
    expect((await tokens.current()).reveal()).toBe('t3')
    expect(told).toEqual(['t1', 't2', 't3'])
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})

test.each([
  ['fails', `console.error('please sign in'); process.exit(3)`, /failed \(3\): please sign in/],
  ['prints too much', `console.log('x'.repeat(400_000))`, /failed \(ERR_CHILD_PROCESS_STDIO_MAXBUFFER\)/],
  ['gives no token', saying({}), /gave no token/],
  ['prints no JSON', `console.log('hello')`, /gave no token/],
])('a program that %s is refused with a reason', async (_name, script, message) => {
  await expect(execToken(node(script), '/', { clock, env: {} }).current()).rejects.toThrow(message)
})
