import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { progressLines } from '@atrium/toolchain/progress.ts'
import { ensureTools } from '@atrium/toolchain/tools.ts'
import { type Command, Option } from 'commander'
import { givenCertificate, ownCertificate, type Shown } from '../../hosting/certificate.ts'
import { type HostingFolder, hostingFolder } from '../../hosting/folder.ts'
import { serveRegistry } from '../../hosting/serve.ts'
import { diskStorage, readStorage } from '../../hosting/storage.ts'
import { several } from '../../nouns/options.ts'
import { untilInterrupted } from '../../output/interrupt.ts'
import { programName } from '../../output/invocation.ts'
import { readPort } from '../../output/numbers.ts'
import { withFolder } from './user.ts'

interface ServeOptions {
  folder: string
  address: string
  port: number
  name?: string[]
  certificate?: string
  key?: string
  storage?: string
  readOnly?: boolean
}

/** `atrium registry serve [--folder DIR] [--port N] [--name HOST]… [--certificate FILE --key FILE] [--storage FILE] [--read-only]` */
export const registerRegistryServe = (registry: Command): void => {
  withFolder(registry.command('serve'))
    .description('host a registry of packs on this machine until it is interrupted')
    .addOption(new Option('--address <ip>', 'to listen on').default('0.0.0.0'))
    .addOption(new Option('--port <number>', 'to listen on').default(5443).argParser(readPort))
    .addOption(several('--name <host>', 'name or address by which clients reach it, for the certificate'))
    .option(
      '--certificate <file>',
      "PEM of a certificate with its chain, instead of one of the registry's own authority",
    )
    .option('--key <file>', 'PEM of its key')
    .option('--storage <file>', 'YAML of an S3 bucket to keep content in, instead of the folder')
    .option('--read-only', 'take nothing new')
    .action((options: ServeOptions) => serve(options))
}

async function serve(options: ServeOptions): Promise<void> {
  const { address, port } = options
  const folder = hostingFolder(options.folder)
  if (isIP(address) === 0) throw new Error(`--address: '${address}' is no IP address.`)
  if ((options.certificate === undefined) !== (options.key === undefined))
    throw new Error('--certificate and --key belong together.')
  const names = [...new Set([...(options.name ?? []), hostname(), 'localhost', '127.0.0.1'])]
  const certificate = (): Promise<Shown> =>
    options.certificate !== undefined && options.key !== undefined
      ? Promise.resolve(givenCertificate(options.certificate, options.key, { clock: systemClock }))
      : ownCertificate(folder, names, { clock: systemClock, random: systemRandom })
  // Said before a tool is built for minutes.
  await certificate()
  const storage =
    options.storage === undefined ? diskStorage(folder.contentFolder) : readStorage(options.storage, process.env)
  const onProgress = progressLines((line) => process.stderr.write(`${line}\n`), systemClock)
  const { registry: binary } = await ensureTools(['registry'], { onProgress })
  const isReadOnly = options.readOnly === true
  const hosting = {
    folder,
    binary,
    address,
    port,
    storage,
    isReadOnly,
    certificate,
    clock: systemClock,
    random: systemRandom,
  }
  const say = (shown: Shown): void =>
    void process.stdout.write(`${ready(`${names[0]}:${port}`, folder, shown, isReadOnly)}\n`)
  await untilInterrupted((signal) => serveRegistry(hosting, say, signal))
  process.stdout.write('Registry stopped.\n')
}

function ready(
  host: string,
  { folder, logFile }: HostingFolder,
  { authorityFile }: Shown,
  isReadOnly: boolean,
): string {
  const trust = authorityFile === null ? '' : ` --ca ${authorityFile}`
  const lines = [
    `Registry ready at https://${host}${isReadOnly ? ', read-only' : ''}. Folder: ${folder}, log: ${logFile}`,
    ...(authorityFile !== null
      ? [
          `Its authority is its own. Whoever uses it has to trust ${authorityFile}:`,
          `  Atrium       give its text as the registry's CA bundle`,
          `  containerd   copy it to /etc/containerd/certs.d/${host}/ca.crt`,
          `  docker       copy it to /etc/docker/certs.d/${host}/ca.crt`,
        ]
      : []),
    ...(isReadOnly ? [] : [`Push a pack:  ${programName()} pack push FOLDER --registry ${host}${trust}`]),
    'Press Ctrl-C to stop it.',
  ]
  return lines.join('\n')
}
