import { systemClock } from '@atrium/runtime/base/clock.ts'
import { type Format, formatObject } from '../output/format.ts'
import { formatTable } from '../output/table.ts'
import { tableOptions } from '../output/terminal.ts'
import { fullNameOf } from './kinds.ts'
import type { Resource, ResourceItem } from './resource.ts'

/** Writes a list to standard output. */
export const showItems = (resource: Resource, items: readonly ResourceItem[], format: Format): void =>
  void process.stdout.write(`${formatItems(resource, items, format)}\n`)

function formatItems(resource: Resource, items: readonly ResourceItem[], format: Format): string {
  if (format === 'json' || format === 'yaml')
    return formatObject(
      items.map(({ view }) => view),
      format,
    )
  if (format === 'name') return items.map((item) => `${resource.kind}/${fullNameOf(item)}`).join('\n')
  if (items.length === 0) return `There are no ${resource.plural}.`
  const now = systemClock.now()
  // What cannot be read by its uid needs none.
  const hasUid = resource.read !== undefined
  const rows = items.map((item) => [item.name, ...item.cells(now), ...(hasUid ? [item.uid] : [])])
  const header = [resource.title ?? 'NAME', ...resource.columns, ...(hasUid ? ['UID'] : [])]
  return formatTable(header, rows, tableOptions(format === 'wide'))
}
