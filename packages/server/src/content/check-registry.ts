import type { RegistrySpec } from '@atrium/api/kinds/registry.ts'
import { PackError } from '@atrium/pack/format/problems.ts'
import { GitRemote } from '@atrium/pack/sources/git/remote.ts'
import type { OciClient } from '@atrium/pack/sources/oci/client.ts'
import { CatalogueError, OciError } from '@atrium/pack/sources/oci/types.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { EgressError } from '@atrium/runtime/egress/error.ts'
import { folderAddress } from './origins/folder-packs.ts'
import { gitAddress } from './origins/git-packs.ts'
import { type OriginDeps, openOrigin } from './origins/open-origin.ts'
import { authorizationOf, type RegistrySecrets, registryClient } from './registry-client.ts'

const limitMs = 20_000

/** Tries to sign in and to list what is there. Throws `InvalidRequest` that names the field that is wrong. */
export async function checkRegistry(spec: RegistrySpec, secrets: RegistrySecrets, deps: OriginDeps): Promise<void> {
  try {
    await list(spec, secrets, deps, AbortSignal.timeout(limitMs))
  } catch (error) {
    throw refusal(spec, error)
  }
}

async function list(
  spec: RegistrySpec,
  secrets: RegistrySecrets,
  deps: OriginDeps,
  signal: AbortSignal,
): Promise<void> {
  const git = gitAddress(spec.endpoint)
  if (git) {
    const { egress } = deps
    const options = { url: git.url, egress, authorization: authorizationOf(spec, secrets), caBundle: spec.caBundle }
    await new GitRemote(options).commitOf(git.ref, signal)
  } else if (spec.type === 'helm' || folderAddress(spec.endpoint) !== null) {
    const origin = openOrigin(spec, secrets, deps)
    await origin.list(null, signal).finally(() => origin.close())
  } else {
    // Once is enough to tell, and somebody waits.
    const once = { ...deps, clock: { ...deps.clock, sleep: () => Promise.reject(new Tried()) } }
    await tryOci(spec, registryClient(spec, secrets, once), signal)
  }
}

/** What a registry does not list can be named afterwards: it is enough that the credentials are right. */
async function tryOci(spec: RegistrySpec, client: OciClient, signal: AbortSignal): Promise<void> {
  try {
    if (spec.repositories === undefined) return void (await client.repositories(signal))
  } catch (error) {
    if (!(error instanceof CatalogueError)) throw error
  }
  // Nobody has nothing to show; what is refused to nobody may still be open by name.
  if (spec.auth !== undefined) await client.signIn(signal)
}

/** Ends what would be tried again. */
class Tried extends Error {}

function refusal(spec: RegistrySpec, error: unknown): unknown {
  const refused = (field: string, text: string): AtriumError =>
    new AtriumError('InvalidRequest', `${field}: ${text}`, { details: { field }, cause: error })
  if (error instanceof Tried)
    return refused('spec.endpoint', 'the registry cannot be reached, or fails. Check the address and the CA.')
  if (error instanceof OciError && (error.status === 401 || error.status === 403)) {
    if (spec.auth?.type === 'aws') return refused('spec.credentials', `${error.message}. Check the keys, or the role.`)
    return refused('spec.auth', `${error.message}. Check user name, password or token.`)
  }
  if (error instanceof OciError || error instanceof PackError || error instanceof EgressError)
    return refused('spec.endpoint', `${error.message.replace(/\.$/, '')}. Check the address and the CA.`)
  return error
}
