import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { getCACertificates } from 'node:tls'
import { basicAuth } from '@atrium/pack/sources/oci/auth.ts'
import { OciClient } from '@atrium/pack/sources/oci/client.ts'
import { basePathOf } from '@atrium/pack/sources/oci/pack-registry.ts'
import { OciTransport } from '@atrium/pack/sources/oci/transport.ts'
import { RegistryContent } from '@atrium/pack/transfer/registry-content.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { createEgress } from '@atrium/runtime/egress/egress.ts'
import { type Command, Option } from 'commander'
import { type Credentials, readCredentials } from './credentials.ts'

/** How registries are reached: said by the same options everywhere. */
export interface ReachOptions {
  credentials?: string
  ca?: string
}

export const withReachOptions = (command: Command): Command =>
  command
    .addOption(
      new Option(
        '--credentials <file>',
        "who one is at registries, in the format of Docker's config.json; without it Docker's own, with its credential helpers",
      ),
    )
    .addOption(new Option('--ca <file>', 'PEM of authorities to trust beside those of the system'))

/** A registry that is open for reading and writing. */
export interface Registry {
  /** With scheme, without a `/` at its end. */
  url: string
  host: string
  /** Where packs, charts and images lie below. */
  base: string
  content: RegistryContent
  client: OciClient
}

/** Opens registries, and closes their connections. */
export interface Reach {
  credentials: Credentials
  open(address: string): Registry
  [Symbol.asyncDispose](): Promise<void>
}

/** A layer of some gigabytes over a thin line; a line that is silent is given up after five minutes all the same. */
const EXCHANGE_LIMIT_MS = 12 * 3_600_000

export function reachRegistries(options: ReachOptions): Reach {
  const credentials = readCredentials(options.credentials, process.env)
  const caBundle = options.ca === undefined ? '' : trustAlso(options.ca)
  const closing: (() => Promise<void>)[] = []
  return {
    credentials,
    open(address) {
      const url = registryUrl(address)
      // Whoever runs a command decides where it goes: to networks of their own as well.
      const egress = createEgress({
        allowedRanges: ['0.0.0.0/0', '::/0'],
        allowPlainHttp: url.protocol === 'http:',
        timeoutMs: EXCHANGE_LIMIT_MS,
        maxBytes: 1024 * 1024,
      })
      closing.push(() => egress.close())
      const transport = {
        endpoint: url.origin,
        egress,
        caBundle,
        clock: systemClock,
        random: systemRandom,
        authorize: async (...challenge: Parameters<ReturnType<typeof basicAuth>>) =>
          basicAuth(await privately(url, credentials), egress, caBundle)(...challenge),
      }
      return {
        url: url.href.replace(/\/+$/, ''),
        host: url.host,
        base: basePathOf(url.href),
        content: new RegistryContent(new OciTransport(transport)),
        client: new OciClient(transport),
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(closing.map((close) => close()))
    },
  }
}

/** `registry.example.com/base` is reached over TLS; `http://` has to be asked for. */
export function registryUrl(address: string): URL {
  const text = /^[a-z]+:\/\//.test(address) ? address : `https://${address}`
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '')
    throw new Error(`'${address}' is no address of a registry. Give one like registry.example.com/base`)
  if (url.username !== '' || url.password !== '')
    throw new Error(
      'Credentials are no part of an address: others can read it. Sign in with docker login, or --credentials FILE',
    )
  return url
}

async function privately(url: URL, credentials: Credentials): ReturnType<Credentials['of']> {
  const found = await credentials.of(url.host === 'registry-1.docker.io' ? 'docker.io' : url.host)
  if (found !== null && url.protocol === 'http:' && !isHere(url.hostname))
    throw new Error(`${url.host}: credentials are not sent in the clear. Use https.`)
  return found
}

const isHere = (name: string): boolean =>
  name === 'localhost' || name === '[::1]' || (isIP(name) === 4 && name.startsWith('127.'))

function trustAlso(file: string): string {
  try {
    return [...getCACertificates('default'), readFileSync(file, 'utf8')].join('\n')
  } catch (error) {
    throw new Error(`--ca: ${file} cannot be read: ${messageOf(error)}`, { cause: error })
  }
}
