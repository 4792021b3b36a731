import { type Actor, systemTenant } from '@atrium/runtime/store/store.ts'
import { blockListName } from '../../../auth/passwords/checks.ts'
import { foldPassword } from '../../../auth/passwords/rules.ts'
import type { ServerContext } from '../../../context.ts'
import { capped, invalid } from '../../invalid.ts'

const mostPasswords = 20_000
const longest = 128

/** Puts passwords on the installation's list of those that nobody may use, or takes them off it. */
export async function changeBlockList(
  { identity }: ServerContext,
  actor: Actor,
  passwords: readonly string[] | null | undefined,
  change: 'add' | 'remove',
): Promise<void> {
  const given = new Set(capped(passwords, mostPasswords, 'spec.passwords').map(foldPassword))
  if ([...given].some((one) => one === '' || one.length > longest)) {
    throw invalid('spec.passwords', `must have between 1 and ${longest} characters each`)
  }
  const stored = (await identity.setting(systemTenant, blockListName))?.['passwords'] ?? []
  const before = stored as string[]
  const list = change === 'add' ? [...new Set([...before, ...given])] : before.filter((one) => !given.has(one))
  if (list.length > mostPasswords) throw invalid('spec.passwords', `would make the list longer than ${mostPasswords}`)
  await identity.putSetting({ tenant: systemTenant, actor }, blockListName, { passwords: list })
}
