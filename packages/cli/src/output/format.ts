import { Option } from 'commander'
import { stringify } from 'yaml'

export type Format = 'table' | 'wide' | 'json' | 'yaml' | 'name'

/** `-o json|yaml|wide|name`, of commands that show objects. */
export const outputOption = (): Option =>
  new Option('-o, --output <format>', 'json, yaml, wide (whole columns) or name').choices([
    'json',
    'yaml',
    'wide',
    'name',
  ])

/** `--json`: the short form of `-o json`. */
export const jsonOption = (): Option => new Option('--json', 'as JSON').implies({ output: 'json' })

/** Lists without an alias of their lines: every object stands for itself. */
export const toYaml = (value: unknown): string =>
  stringify(value, { aliasDuplicateObjects: false, lineWidth: 0 }).trimEnd()

/** An object as a program reads it. */
export const formatObject = (value: unknown, format: 'json' | 'yaml'): string =>
  format === 'json' ? JSON.stringify(value, null, 2) : toYaml(value)
