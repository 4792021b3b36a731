import { isDeepStrictEqual } from 'node:util'
import { packError } from './problems.ts'
import { readValues } from './values.ts'

const INDENTATION = '    '

/**
 * The values of a chart as the last part of a pack's: below `charts.<name>`, each line as it was written and moved in by four letters, so
 * that comments, order and quoting stay. Throws `PackError` where moving would change what is meant.
 */
export function nestValues(name: string, values: string): string {
  const text = values.replace(/^\uFEFF/, '').replace(/^((?:[ \t]*(?:#.*)?\r?\n)*)---[ \t]*\r?\n/, '$1')
  const written = readValues(text).get([])
  const body = text
    .split('\n')
    .map((line) => (line === '' || line === '\r' ? line : INDENTATION + line))
    .join('\n')
  const isEmpty = written === undefined || written === null
  const nested = `charts:\n  ${keyOf(name)}:${isEmpty ? ' {}' : ''}\n${body}`
  const read = readValues(nested).get(['charts', name])
  if (!isDeepStrictEqual(read, isEmpty ? {} : written))
    throw packError('values.yaml', `of chart ${name} cannot be moved below charts.${name} as it is written`)
  return body === '' || nested.endsWith('\n') ? nested : `${nested}\n`
}

/** A name that YAML would read as something else is quoted. */
const keyOf = (name: string): string =>
  /^[a-zA-Z][a-zA-Z0-9_.-]*$/.test(name) && !isWord(name) ? name : JSON.stringify(name)

const isWord = (name: string): boolean => /^(y|n|yes|no|on|off|true|false|null)$/i.test(name)
