import { jsonCopy, sameJson } from '@atrium/runtime/base/json.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { CloudAccess } from '../../../clouds/client.ts'
import { invalid } from '../../invalid.ts'
import { valueAt } from '../../shapes/filters.ts'
import { maskedValue } from '../../shapes/masked.ts'
import type { AccountCloud } from './clouds.ts'

type Fields = Record<string, unknown>

const limits = { secretBytes: 64 * 1024 } as const

/** What an account consists of: secrets by dotted path, and the rest. */
export type AccountParts = Pick<CloudAccess, 'settings' | 'secrets'>

/**
 * Takes `spec` apart. A secret that is masked is the one in `former`, as long as it goes where it went; one that is absent
 * or empty there is none. Throws `InvalidRequest` that names what is missing, below `at`.
 */
export function readAccountSpec(
  cloud: AccountCloud,
  spec: object | undefined,
  at: string,
  former: AccountParts = { settings: {}, secrets: {} },
): AccountParts {
  const settings = jsonCopy(spec ?? {}) as Fields
  const isSameAddress = cloud.address.every((name) => sameJson(settings[name], former.settings[name]))
  const stored = isSameAddress ? former.secrets : {}
  const secrets: Record<string, Secret<string>> = {}
  for (const path of cloud.secrets) {
    const value = takeOut(settings, path)
    const secret = value === maskedValue ? stored[path] : typeof value === 'string' && value !== '' ? value : undefined
    if (secret === undefined) continue
    secrets[path] = typeof secret === 'string' ? new Secret(secret) : secret
    if (Buffer.byteLength(secrets[path].reveal()) > limits.secretBytes)
      throw invalid(`${at}${path}`, `is longer than ${limits.secretBytes} bytes`)
  }
  const missing = cloud.required(settings).filter((path) => !secrets[path] && !valueAt(settings, path))
  if (missing[0] !== undefined) throw invalid(`${at}${missing[0]}`, 'is missing')
  return { settings, secrets }
}

/** `spec` as clients read it: every secret that is stored is masked. */
export function viewAccountSpec(cloud: AccountCloud, settings: Fields, secretPaths: readonly string[]): Fields {
  const view: Fields = { ...cloud.defaults, ...jsonCopy(settings) }
  for (const path of secretPaths) putIn(view, path)
  return view
}

const splitPath = (path: string): { above: string[]; last: string } => {
  const above = path.split('.')
  return { last: above.pop() ?? '', above }
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null

/** Removes the value at `path` and returns it. */
function takeOut(fields: Fields, path: string): unknown {
  const { above, last } = splitPath(path)
  const holder = above.length === 0 ? fields : valueAt(fields, above.join('.'))
  if (!isFields(holder)) return undefined
  const value = holder[last]
  delete holder[last]
  return value
}

function putIn(fields: Fields, path: string): void {
  const { above, last } = splitPath(path)
  let holder = fields
  for (const name of above) {
    const inner = holder[name]
    holder = isFields(inner) ? inner : ((holder[name] = {}) as Fields)
  }
  holder[last] = maskedValue
}
