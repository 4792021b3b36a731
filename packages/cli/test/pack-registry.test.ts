import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { createAuthority, issueCertificate } from '@atrium/runtime/pki/pki.ts'
import { readJsonFile } from '@atrium/toolchain/platform.ts'
import { readProcess } from '@atrium/toolchain/process-table.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hostingFolder } from '../src/hosting/folder.ts'
import { setUser } from '../src/hosting/users.ts'
import { credentialsFor, type HostedRegistry, hostRegistry, password } from './support/hosted-registry.ts'
import { refuse, succeed } from './support/run-here.ts'

const shipped = join(import.meta.dirname, '../../../packs')
let registry: HostedRegistry
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'packs-'))
  registry = await hostRegistry()
})
afterAll(async () => {
  await registry.remove()
  rmSync(folder, { recursive: true, force: true })
})

const reach = () => ['--registry', registry.host, ...registry.trust]
const pack = (verb: string, ...words: string[]) => succeed('pack', verb, ...words, ...reach())
const packRefusal = (verb: string, ...words: string[]) => refuse('pack', verb, ...words, ...reach())

/** A pack of one manifest. */
function packFolder(version: string, message: string): string {
  const path = join(folder, `${version}-${message}`)
  mkdirSync(path)
  writeFileSync(
    join(path, 'pack.json'),
    JSON.stringify({ name: 'greeter', version, layer: 'addon', cloudTypes: ['all'], kubeManifests: ['m.yaml'] }),
  )
  writeFileSync(join(path, 'values.yaml'), '# kept\nmanifests: {m: {}}\n')
  writeFileSync(join(path, 'm.yaml'), `message: ${message}\n`)
  return path
}

describe('packs in a hosted registry', () => {
  test('are pushed once, listed, and pulled back byte for byte', async () => {
    const first = await pack('push', join(shipped, 'hello-atrium-1.0.0'), join(shipped, 'hello-atrium-1.1.0'))
    expect(first).toMatch(/^pack\/hello-atrium:1.0.0 pushed sha256:[0-9a-f]{64}\npack\/hello-atrium:1.1.0 pushed /)
    const digest = /1\.0\.0 pushed (\S+)/.exec(first)?.[1]
    expect(await pack('push', join(shipped, 'hello-atrium-1.0.0'))).toBe(
      `pack/hello-atrium:1.0.0 unchanged ${digest}\n`,
    )
    expect(JSON.parse(await pack('ls', '-o', 'json'))).toEqual([{ name: 'hello-atrium', versions: ['1.1.0', '1.0.0'] }])
    expect(await pack('ls', 'hello-atrium', '-o', 'name')).toBe('hello-atrium:1.1.0\nhello-atrium:1.0.0\n')
    const target = join(folder, 'hello-atrium-1.0.0')
    expect(await pack('pull', `hello-atrium@${digest}`, '--out', folder)).toBe(`${target} ${digest}\n`)
    for (const file of ['values.yaml', 'pack.json', 'presets.yaml'])
      expect(readFileSync(join(target, file))).toEqual(readFileSync(join(shipped, 'hello-atrium-1.0.0', file)))
    expect(await packRefusal('pull', 'hello-atrium:1.0.0', '--out', folder)).toContain('is there already')
    // What was pulled is the same pack, as a folder and as an archive.
    expect(await pack('push', target)).toContain('unchanged')
    const archive = (await pack('pull', 'hello-atrium', '--out', folder, '--archive')).split(' ')[0] ?? ''
    expect(archive).toBe(join(folder, 'hello-atrium-1.1.0.tar.gz'))
    expect(await pack('push', archive)).toContain('hello-atrium:1.1.0 unchanged')
  })

  test('do not change under their version unless that is asked for, nor do tags', async () => {
    const one = packFolder('1.0.0', 'one')
    const other = packFolder('1.0.0', 'other')
    const next = packFolder('1.1.0', 'next')
    await pack('push', one)
    expect(await packRefusal('push', other)).toContain('holds pack greeter:1.0.0 with other content')
    expect(await pack('push', one)).toContain('unchanged')
    expect(await pack('push', other, '--replace')).toContain('greeter:1.0.0 replaced')
    await pack('push', next)
    expect(await pack('tag', 'greeter:1.0.0', '1.x')).toContain('pack/greeter:1.0.0 tagged 1.x sha256:')
    expect(await packRefusal('tag', 'greeter:1.1.0', '1.x')).toContain('holds tag 1.x with other content')
    await pack('tag', 'greeter:1.1.0', '1.x', '--replace')
    const [a, b] = [
      await pack('pull', 'greeter:1.x', '--out', join(folder, 'a')),
      await pack('pull', 'greeter:1.1.0', '--out', join(folder, 'b')),
    ]
    expect(a.split(' ')[1]).toBe(b.split(' ')[1])
  })

  test('are nothing for those who show no credentials or wrong ones, and none are taken from the command line', async () => {
    const { host, caFile } = registry
    const nobody = ['--registry', host, '--ca', caFile]
    const none = credentialsFor(join(folder, 'none.json'), {})
    const wrong = credentialsFor(join(folder, 'wrong.json'), { [host]: 'wrong' })
    const missing = await refuse('pack', 'ls', ...nobody, '--credentials', none)
    expect(missing).toBe(`atrium: ${host} wants credentials, and there are none for it\n`)
    expect(await refuse('pack', 'ls', ...nobody, '--credentials', wrong)).toContain('the registry answered 401')
    const inAddress = await refuse('pack', 'ls', '--registry', `https://ada:x@${host}`, '--ca', caFile)
    expect(inAddress).toContain('Credentials are no part of an address')
  })
})

describe('a hosted registry', () => {
  const serve = (...words: string[]) => refuse('registry', 'serve', '--address', '127.0.0.1', ...words)
  const user = (verb: string, ...words: string[]) => [
    'registry',
    'user',
    verb,
    ...words,
    '--folder',
    registry.folder.folder,
  ]
  const file = (name: string, content: string, mode = 0o600): string => {
    writeFileSync(join(folder, name), content, { mode })
    return join(folder, name)
  }

  test('takes users up at once, checks their passwords, and keeps those out of its files', async () => {
    const { host, caFile, folder: home } = registry
    const secret = 'another long password'
    const added = await succeed(...user('add', 'bob', '--password-file', file('password', `${secret}\n`)))
    expect(added).toBe('user/bob added\n')
    expect(await succeed(...user('list'))).toBe('ada write\nbob write\n')
    const credentials = credentialsFor(join(folder, 'bob.json'), { [host]: secret }, 'bob')
    const list = ['pack', 'ls', 'greeter', '--registry', host, '--ca', caFile, '--credentials', credentials]
    await succeed(...list)
    expect(readFileSync(home.usersFile, 'utf8')).not.toContain(secret)
    await succeed(...user('remove', 'bob'))
    expect(await refuse(...list)).toContain('the registry answered 401')
    expect(await refuse(...user('remove', 'bob'))).toContain("There is no user 'bob'. There are: ada.")
    const short = await refuse(...user('add', 'eve', '--password-file', file('short', 'short')))
    expect(short).toContain('The password is too short')
    const open = await refuse(...user('add', 'eve', '--password-file', file('open', secret, 0o644)))
    expect(open).toContain('others may read it')
  })

  test('lets those who may only read pull and list, and takes nothing from them', async () => {
    const { host, caFile, folder: home } = registry
    const secret = 'yet another password'
    const passwordFile = file('reader', secret)
    await succeed(...user('add', 'rita', '--role', 'read', '--password-file', passwordFile))
    expect(await succeed(...user('list'))).toBe('ada write\nrita read\n')
    const credentials = credentialsFor(join(folder, 'rita.json'), { [host]: secret }, 'rita')
    const asRita = ['--registry', host, '--ca', caFile, '--credentials', credentials]
    expect(await succeed('pack', 'ls', 'greeter', '-o', 'name', ...asRita)).toContain('greeter:1.1.0')
    await succeed('pack', 'pull', 'greeter:1.1.0', '--out', join(folder, 'rita'), ...asRita)
    const fresh = packFolder('3.0.0', 'of-rita')
    expect(await refuse('pack', 'push', fresh, ...asRita)).toContain('the registry answered 403 DENIED')
    expect(await refuse('pack', 'tag', 'greeter:1.1.0', '9.x', ...asRita)).toContain('the registry answered 403 DENIED')
    // Whatever a client sends that is no reading.
    const agent = new Agent({ ca: readFileSync(caFile) })
    for (const [method, path] of [
      ['DELETE', '/v2/spectro-packs/archive/greeter/manifests/1.1.0'],
      ['POST', '/v2/spectro-packs/archive/greeter/blobs/uploads/'],
      ['PATCH', '/v2/spectro-packs/archive/greeter/blobs/uploads/x'],
      ['PUT', '/v2/spectro-packs/archive/greeter/manifests/4.0.0'],
    ] as const) {
      const call = request(`https://${host}${path}`, { method, agent, auth: `rita:${secret}` })
      call.end(method === 'DELETE' ? undefined : '{}')
      const [answer] = (await once(call, 'response')) as [IncomingMessage]
      answer.resume()
      expect([method, answer.statusCode]).toEqual([method, 403])
    }
    agent.destroy()
    expect(await pack('ls', 'greeter', '-o', 'name')).not.toContain('3.0.0')
    // Another password changes no role, another role no password.
    await succeed(...user('add', 'rita', '--password-file', passwordFile))
    expect(await refuse('pack', 'push', fresh, ...asRita)).toContain('403')
    expect(await succeed(...user('role', 'rita', '--role', 'write'))).toBe('user/rita may write\n')
    expect(await succeed('pack', 'push', fresh, ...asRita)).toContain('pack/greeter:3.0.0 pushed')
    expect(readFileSync(home.usersFile, 'utf8')).not.toContain(secret)
    await succeed(...user('remove', 'rita'))
  })

  test('says what keeps it from starting', async () => {
    const home = join(folder, 'empty')
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => taken.once('listening', resolve))
    const { port } = taken.address() as { port: number }
    expect(await serve('--folder', home, '--port', String(port))).toContain(
      'has no users. Add one: registry user add NAME',
    )
    await setUser(hostingFolder(home).usersFile, 'ada', password)
    expect(await serve('--folder', home, '--port', String(port))).toContain(`port ${port} of 127.0.0.1 is taken`)
    taken.close()
    expect(await serve('--folder', registry.folder.folder)).toContain('is being served already')
    expect(await serve('--folder', home, '--certificate', 'x')).toContain('--certificate and --key belong together')
    expect(await serve('--folder', home, '--certificate', '/none', '--key', '/none')).toContain(
      '--certificate: /none cannot be read',
    )
    const deps = { clock: systemClock, random: systemRandom, validityMs: 60_000 }
    const authority = await createAuthority({ ...deps, commonName: 'test' })
    const make = (validityMs: number) =>
      issueCertificate(authority, {
        ...deps,
        commonName: 'r',
        ipAddresses: ['127.0.0.1'],
        usages: ['server'],
        validityMs,
      })
    const [good, late] = [await make(60_000), await make(-1000)]
    const certificate = file('good.crt', good.certificatePem)
    const key = file('good.key', good.privateKeyPem)
    const [lateCertificate, lateKey] = [file('late.crt', late.certificatePem), file('late.key', late.privateKeyPem)]
    expect(await serve('--folder', home, '--certificate', certificate, '--key', lateKey)).toContain(
      `${lateKey} is not the key of`,
    )
    expect(await serve('--folder', home, '--certificate', lateCertificate, '--key', lateKey)).toContain(
      'late.crt expired at',
    )
    expect(await serve('--folder', home, '--certificate', key, '--key', key)).toContain(
      'good.key holds no certificate (PEM)',
    )
    const storage = file('storage.yaml', 's3: {region: x}\n')
    expect(await serve('--folder', home, '--storage', storage)).toContain('s3.bucket is missing')
  })

  test('takes nothing new while it is read-only, ends in order, and keeps what it holds', async () => {
    const { pid } = readJsonFile<{ pid: number }>(registry.folder.recordFile) ?? { pid: 0 }
    const { folder: home, port, stop } = registry
    await stop()
    expect(readProcess(pid)).toBeNull()
    registry = await hostRegistry({ folder: home, port, isReadOnly: true })
    expect(await pack('ls', 'hello-atrium', '-o', 'name')).toContain('hello-atrium:1.0.0')
    expect(await packRefusal('push', packFolder('2.0.0', 'fresh'))).toContain(
      'the registry takes nothing new: it is read-only',
    )
  })

  test('says how to trust it, and whose keeper was killed is taken over by the next', async () => {
    const { folder: home, port } = registry
    await registry.stop()
    const program = join(import.meta.dirname, '../src/main.ts')
    const words = ['registry', 'serve', '--folder', home.folder, '--address', '127.0.0.1', '--port', String(port)]
    const keeper = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    for await (const chunk of keeper.stdout.setEncoding('utf8')) {
      said += String(chunk)
      if (said.includes('Press Ctrl-C')) keeper.kill('SIGKILL')
    }
    expect(said).toContain(`Whoever uses it has to trust ${home.pki('ca.crt')}`)
    const { pid } = readJsonFile<{ pid: number }>(home.recordFile) ?? { pid: 0 }
    expect(readProcess(pid)).not.toBeNull()
    const socketFolder = readFileSync(home.socketFolderFile, 'utf8')
    registry = await hostRegistry({ folder: home, port })
    expect([readProcess(pid), existsSync(socketFolder)]).toEqual([null, false])
    expect(await pack('ls', 'greeter', '-o', 'name')).toContain('greeter:1.1.0')
  })
})
