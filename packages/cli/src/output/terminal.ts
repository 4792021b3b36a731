import { styleText } from 'node:util'
import type { TableOptions } from './table.ts'

type Style = Parameters<typeof styleText>[0]

/** Words of a state, by the colour a person expects. */
const styles: readonly [Style, ReadonlySet<string>][] = [
  ['green', new Set(['Running', 'Healthy', 'Ready', 'ready', 'created', 'active', 'published'])],
  ['red', new Set(['Failed', 'Unhealthy', 'Error', 'Unknown', 'deleted', 'gone', 'inactive'])],
  [
    'yellow',
    new Set(['Provisioning', 'Pending', 'Updating', 'Deleting', 'Warning', 'not ready', 'configured', 'draft']),
  ],
]

/** Colours a word that tells a state; on terminals only, and never where `NO_COLOR` is set. */
export function paintState(text: string, stream: NodeJS.WriteStream = process.stdout): string {
  const style = styles.find(([, words]) => words.has(text))?.[0]
  return style === undefined ? text : styleText(style, text, { stream })
}

/** How tables are shown: as wide as the terminal, `wide` as wide as they are. */
export const tableOptions = (wide = false, stream: NodeJS.WriteStream = process.stdout): TableOptions => ({
  width: wide || !stream.isTTY ? undefined : stream.columns,
  paint: (text) => paintState(text, stream),
})
