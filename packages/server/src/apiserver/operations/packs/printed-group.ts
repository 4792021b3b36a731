import type { PackGroup } from '../../../content/pack-rows.ts'
import type { Print } from '../../operation.ts'
import { viewPackMetadata } from './views.ts'

/** What stands in it of elsewhere, and the text. A group that changes is another one. */
const printed = new WeakMap<PackGroup, { called: string; text: string }>()

/** What a search shows of a group, printed once for many pages. */
export function printGroup(group: PackGroup, names: ReadonlyMap<string, string>, print: Print): string {
  const called = group.map(({ spec }) => names.get(spec.registryUid)).join('\n')
  const before = printed.get(group)
  if (before?.called === called) return before.text
  const text = print('v1PackMetadata', viewPackMetadata(group, names))
  printed.set(group, { called, text })
  return text
}
