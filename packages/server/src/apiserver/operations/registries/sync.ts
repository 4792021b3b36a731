import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'
import { Catalogue } from '../../../content/catalogue.ts'
import { getRegistry } from './views.ts'

/** Asks for a run of the sync at once; its result is in the sync status. A forced one also looks again at what could not be used. */
export async function askForSync(tx: Tx, uid: string, isForced: boolean | undefined): Promise<void> {
  const registry = await getRegistry(new Catalogue(tx), uid)
  if (registry.meta.tenant !== tx.tenant) {
    throw new AtriumError(
      'Forbidden',
      `Registry '${registry.meta.name}' is shared by the installation, which synchronises it by itself.`,
    )
  }
  const { sync } = registry.status
  if (isForced && sync)
    await tx.updateStatus('Registry', uid, { status: { sync: { ...sync, mark: null, problems: [] } } })
  await tx.enqueue('Registry', uid)
}
