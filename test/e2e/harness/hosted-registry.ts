import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '@atrium/dev-env/free-port.ts'
import { root, type TestPlatform } from './platform.ts'
import { eventually } from './wait.ts'

const user = 'ada'
const password = 'correct horse battery'
export const basicHeader = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
/** Credentials as `registry add` reads them. */
export const loginYaml = `username: ${user}\npassword: ${password}\n`

/** A registry that somebody hosts with `atrium registry serve`, reached over TLS with a password. */
export interface HostedRegistry {
  host: string
  caFile: string
  /** In Docker's format. */
  credentialsFile: string
  /** Options of pack commands that reach it. */
  trust: string[]
  /** As Ctrl-C. */
  stop(): Promise<void>
}

/** Hosts one in `folder`; `platform` lends its command line alone. */
export async function hostRegistry({ atrium }: TestPlatform, folder: string): Promise<HostedRegistry> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const [passwordFile, credentialsFile] = [join(folder, 'password'), join(folder, 'login.json')]
  const port = await freePort()
  const host = `127.0.0.1:${port}`
  writeFileSync(passwordFile, password, { mode: 0o600 })
  writeFileSync(credentialsFile, JSON.stringify({ auths: { [host]: { username: user, password } } }), { mode: 0o600 })
  await atrium('registry', 'user', 'add', user, '--folder', folder, '--password-file', passwordFile)
  const args = ['registry', 'serve', '--folder', folder, '--address', '127.0.0.1', '--port', String(port)]
  const child = spawn(join(root, 'atrium'), args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'exit')
  let said = ''
  child.stdout.on('data', (chunk) => (said += chunk))
  child.stderr.on('data', (chunk) => (said += chunk))
  await eventually('the registry is ready', () => {
    if (child.exitCode !== null) throw new Error(said)
    return { done: said.includes('Registry ready'), seen: said }
  })
  const caFile = join(folder, 'pki', 'ca.crt')
  return {
    ...{ host, caFile, credentialsFile },
    trust: ['--ca', caFile, '--credentials', credentialsFile],
    async stop() {
      child.kill('SIGINT')
      await ended
    },
  }
}
