import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { systemActor } from '@atrium/runtime/controller/actor.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CommandLine, openCommandLine } from './support/command-line.ts'
import { type HostedRegistry, hostRegistry, password } from './support/hosted-registry.ts'

const shipped = join(import.meta.dirname, '../../../packs')
let cli: CommandLine
let registry: HostedRegistry

beforeAll(async () => {
  // A registry of one's own lies in a network of one's own.
  cli = await openCommandLine({ egressAllow: '127.0.0.0/8' })
  registry = await hostRegistry()
})
afterAll(async () => {
  await registry.remove()
  await cli.close()
})

/** As the tenant's registry; there is no operation for it that everybody may use. */
async function addRegistry(): Promise<void> {
  const spec = {
    ...{ type: 'oci' as const, endpoint: `https://${registry.host}/team`, isDefault: false, isPrivate: true },
    caBundle: readFileSync(registry.caFile, 'utf8'),
  }
  await cli.plane.installation.store.transaction(cli.tenant.tenant.uid, systemActor('test'), async (tx) => {
    const { meta } = await tx.create({ kind: 'Registry', project: null, name: 'ours', spec })
    const auth = new Secret(JSON.stringify({ username: 'ada', password }))
    await tx.putSecret({ kind: 'Registry', uid: meta.uid }, 'auth', auth)
    await tx.enqueue('Registry', meta.uid)
  })
}

test('packs that are pushed to a hosted registry can be chosen once it was added, and again when more were pushed', async () => {
  const push = (name: string) =>
    cli.atrium('pack', 'push', join(shipped, name), '--registry', `${registry.host}/team`, ...registry.trust)
  await push('hello-atrium-1.0.0')
  await addRegistry()
  const packs = async (): Promise<string[]> => {
    const listed = JSON.parse(await cli.atrium('get', 'packs', '-o', 'json')) as {
      spec: { name: string; version: string }
    }[]
    return listed.map(({ spec }) => `${spec.name}:${spec.version}`).sort()
  }
  await expect.poll(packs).toEqual(['hello-atrium:1.0.0'])
  await push('hello-atrium-1.1.0')
  await cli.atrium('registry', 'sync', 'ours')
  await expect.poll(packs).toEqual(['hello-atrium:1.0.0', 'hello-atrium:1.1.0'])
})
