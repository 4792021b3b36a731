import type { v1ObjectMeta } from '@atrium/api/generated/operations.d.ts'
import type { RegistrySpec } from '@atrium/api/kinds/registry.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { type StoredObject, systemTenant, type Tx } from '@atrium/runtime/store/store.ts'
import { usersOf } from '../../../admission/validations/registry.ts'
import type { Subject } from '../../../auth/rights/subject.ts'
import { type RegistrySecrets, readSecrets, registryAuthField } from '../../../content/registry-client.ts'
import { contentFinalizer } from '../../../content/tenant.ts'
import type { ServerContext } from '../../../context.ts'
import { invalid } from '../../invalid.ts'
import { operatorActor } from '../../operation.ts'
import { parseMeta } from '../../shapes/meta.ts'
import { mustFit } from '../tenants/resource-limits.ts'
import { type ParsedRegistry } from './parse.ts'
import { notFound } from './views.ts'

type Registry = StoredObject<'Registry'>
const refOf = (uid: string) => ({ kind: 'Registry', uid }) as const

/** Which registries an operation is about: the others do not exist for it. */
export type Kind = 'pack' | 'helm' | 'basic' | 'ecr'
export const isKind = ({ spec }: Registry, kind: Kind): boolean =>
  kind === spec.type || (spec.type === 'oci' && kind === (spec.oci?.registryType ?? 'basic'))

/** Tries the registry, then saves it for the whole tenant. */
export async function createRegistry(
  context: ServerContext,
  subject: Subject,
  metadata: v1ObjectMeta | undefined,
  { spec, secrets }: ParsedRegistry,
): Promise<{ uid: string }> {
  mustBeComplete(spec, secrets)
  await mustFit(context, subject, 'registry')
  await tryOut(context, subject, spec, secrets)
  return context.admission.run(subject, async (tx) => {
    const finalizers = [contentFinalizer]
    const { meta } = await tx.create({ kind: 'Registry', project: null, finalizers, ...parseMeta(metadata), spec })
    await tx.putSecret(refOf(meta.uid), registryAuthField, new Secret(JSON.stringify(secrets)))
    return { uid: meta.uid }
  })
}

/** Tries what the registry would become, then saves it; secrets that were not given stay, as long as they go where they went. */
export async function updateRegistry(
  context: ServerContext,
  subject: Subject,
  { uid, kind, metadata }: { uid: string; kind: Kind; metadata: v1ObjectMeta | undefined },
  parsed: ParsedRegistry,
): Promise<void> {
  const wanted = (tx: Tx) => changed(tx, uid, kind, parsed)
  // Outside any transaction: the registry may take its time.
  const { spec, secrets } = await context.admission.run(subject, wanted)
  await tryOut(context, subject, spec, secrets)
  await context.admission.run(subject, async (tx) => {
    const now = await wanted(tx)
    const { name, ...meta } = parseMeta(metadata)
    await tx.update('Registry', uid, { name: name || now.name, ...meta, spec: now.spec })
    await tx.putSecret(refOf(uid), registryAuthField, new Secret(JSON.stringify(now.secrets)))
  })
}

export async function deleteRegistry(
  context: ServerContext,
  subject: Subject,
  uid: string,
  kind: Kind | null,
): Promise<void> {
  const find = async (tx: Tx): Promise<Registry> => {
    const registry = await tx.get('Registry', uid)
    if (!registry || registry.meta.deletedAt !== null || (kind !== null && !isKind(registry, kind))) throw notFound(uid)
    return registry
  }
  const { spec } = await context.admission.run(subject, find)
  // The installation's own is refused as that, whoever uses it.
  if (subject.tenant === systemTenant && !spec.isDefault) await mustBeUnused(context, uid)
  await context.admission.run(subject, async (tx) => {
    await find(tx)
    await tx.delete('Registry', uid)
  })
}

/** No tenant uses it. One that begins to at this moment keeps what it uses: packs go only when nobody does. */
async function mustBeUnused({ identity, store }: ServerContext, uid: string): Promise<void> {
  for (const { uid: tenant, name } of await identity.listTenants()) {
    const users = await store.transaction(tenant, operatorActor, (tx) => usersOf(tx, uid))
    if (users.length === 0) continue
    const some = users.slice(0, 5).map((user) => `${user.kind} ${user.name}`)
    throw new AtriumError('ResourceInUse', `The registry is in use by tenant ${name}: ${some.join(', ')}`)
  }
}

/** Tries a registry as it is tried before it is saved, and saves nothing. */
export async function tryRegistry(
  context: ServerContext,
  { tenant }: Subject,
  { spec, secrets }: ParsedRegistry,
): Promise<void> {
  mustBeComplete(spec, secrets)
  await context.checkRegistry?.(tenant, spec, secrets)
}

async function tryOut(
  context: ServerContext,
  { tenant }: Subject,
  spec: RegistrySpec,
  secrets: RegistrySecrets,
): Promise<void> {
  if (!spec.isSyncOff) await context.checkRegistry?.(tenant, spec, secrets)
}

async function changed(
  tx: Tx,
  uid: string,
  kind: Kind,
  parsed: ParsedRegistry,
): Promise<ParsedRegistry & { name: string }> {
  const registry = await tx.getForUpdate('Registry', uid)
  if (!registry || registry.meta.deletedAt !== null || !isKind(registry, kind)) throw notFound(uid)
  const stored = readSecrets(await tx.getSecret(refOf(uid), registryAuthField))
  const isSame =
    originOf(registry.spec) === originOf(parsed.spec) && registry.spec.auth?.type === parsed.spec.auth?.type
  const secrets = parsed.spec.auth === undefined ? {} : { ...(isSame && stored), ...parsed.secrets }
  mustBeComplete(parsed.spec, secrets)
  const { type, everyMinutes, signatureKey, repositories, isSyncOff } = registry.spec
  const kept = {
    // Said when a Helm registry is made, and never again.
    ...(type === 'helm' && isSyncOff && { isSyncOff }),
    ...(everyMinutes !== undefined && { everyMinutes }),
    ...(signatureKey !== undefined && { signatureKey }),
    ...(repositories !== undefined && { repositories }),
  }
  return { name: registry.meta.name, spec: { ...parsed.spec, ...kept }, secrets }
}

const originOf = ({ endpoint }: RegistrySpec): string => new URL(endpoint.replace(/^git\+/, '')).origin

/** A registry at another address never gets the secrets of the former one: they must be given again. */
function mustBeComplete({ auth }: RegistrySpec, secrets: RegistrySecrets): void {
  const missing = 'is missing. It is also needed again when the registry moves to another address'
  if (auth?.type === 'basic' && !secrets.password) throw invalid('spec.auth.password', missing)
  if (auth?.type === 'token' && !secrets.token) throw invalid('spec.auth.token', missing)
  if (auth?.type === 'aws' && !auth.role && !secrets.secretKey) throw invalid('spec.credentials.secretKey', missing)
}
