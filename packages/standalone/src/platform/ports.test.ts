import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@atrium/dev-env/free-port.ts'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { choosePorts } from './ports.ts'

let folder: string
const servers: Server[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atrium-ports-'))
})
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
  rmSync(folder, { recursive: true })
})
const take = async (port = 0): Promise<number> => {
  const server = createServer().listen(port, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
const choose = (options: { serverPort?: number; registryRuns?: boolean } = {}) =>
  choosePorts({ home: { portsFile: join(folder, 'ports.json') }, registryRuns: false, ...options })

it('stay the same once chosen', async () => {
  const first = await choose()
  expect(await choose()).toEqual(first)
})

it('of the registry follows that of the server, unless somebody else has it', async () => {
  const server = await freePort()
  expect(await choose({ serverPort: server })).toEqual({ server, registry: server + 1 })
  rmSync(join(folder, 'ports.json'))
  await take(server + 1)
  expect((await choose({ serverPort: server })).registry).not.toBe(server + 1)
})

it('of the server may be changed by hand, and are refused when somebody else has them', async () => {
  const { registry } = await choose()
  const taken = await take()
  await expect(choose({ serverPort: taken })).rejects.toThrow(`Port ${taken} is taken`)
  servers.splice(0)[0]?.close()
  expect(await choose({ serverPort: taken })).toEqual({ server: taken, registry })
  expect((await choose()).server).toBe(taken)
})

it('of the registry change when somebody else has them, but not while it runs itself', async () => {
  const { registry } = await choose()
  await take(registry)
  expect((await choose({ registryRuns: true })).registry).toBe(registry)
  expect((await choose()).registry).not.toBe(registry)
})

it('of the server is any free one when 0 is asked for', async () => {
  const { server } = await choose({ serverPort: 0 })
  expect(server).not.toBe(8443)
  expect((await choose()).server).toBe(server)
})
