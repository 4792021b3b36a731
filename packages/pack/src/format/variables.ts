import { RE2JS } from 're2js'
import type { Problem } from './problems.ts'
import { isVersion } from './version.ts'

/** A variable of a profile, as far as its value is checked. */
export interface VariableDefinition {
  name: string
  displayName?: string
  inputType?: string
  format?: string
  options?: readonly { value: string }[]
  regex?: string
  required?: boolean
  defaultValue?: string
  hidden?: boolean
  immutable?: boolean
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/
const maxValueChars = 64 * 1024
const maxRegexChars = 1024

const octet = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)'
const IPV4 = new RegExp(`^${octet}(?:\\.${octet}){3}$`)
const IPV4_CIDR = new RegExp(`^${octet}(?:\\.${octet}){3}/(?:[12]?\\d|3[0-2])$`)
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** Says what a value of a format looks like, or null when it fits. */
const formats: Readonly<Record<string, (value: string) => string | null>> = {
  string: () => null,
  number: (value) => (/^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(value) ? null : 'a number, such as 3'),
  boolean: (value) => (value === 'true' || value === 'false' ? null : "'true' or 'false'"),
  version: (value) => (isVersion(value) ? null : 'a version, such as 1.2.3'),
  ipv4: (value) => (IPV4.test(value) ? null : 'an IPv4 address, such as 10.0.0.1'),
  ipv4cidr: (value) => (IPV4_CIDR.test(value) ? null : 'an IPv4 range, such as 10.0.0.0/16'),
  ipv6: (value) => (isIpv6(value) ? null : 'an IPv6 address, such as fd00::1'),
  base64: (value) => (BASE64.test(value) ? null : 'a Base64 text'),
}

/** Problems of the definitions themselves: names, formats, options, regular expressions, rules between the flags. */
export function checkVariableDefinitions(variables: readonly VariableDefinition[]): Problem[] {
  const problems: Problem[] = []
  const seen = new Set<string>()
  for (const [index, variable] of variables.entries()) {
    const fail = (field: string, message: string): void => {
      problems.push({ file: 'variables', path: `spec.variables[${index}].${field}`, line: 0, message })
    }
    if (!NAME.test(variable.name))
      fail('name', `'${variable.name}' must be letters, digits and '_', and start with no digit`)
    if (seen.has(variable.name)) fail('name', `'${variable.name}' is defined twice`)
    seen.add(variable.name)
    checkDefinition(variable, fail)
  }
  return problems
}

function checkDefinition(variable: VariableDefinition, fail: (field: string, message: string) => void): void {
  if (variable.format && !Object.hasOwn(formats, variable.format)) {
    fail('format', `'${variable.format}' is unknown: use one of ${Object.keys(formats).join(', ')}`)
  }
  if (variable.inputType === 'dropdown' && (variable.options ?? []).length === 0) {
    fail('options', 'is empty: a dropdown needs at least one option')
  }
  const regex = variable.regex ? compile(variable.regex) : null
  if (regex !== null && 'wrong' in regex) fail('regex', regex.wrong)
  const fallback = variable.defaultValue ?? ''
  if (fallback === '' && variable.immutable) fail('defaultValue', 'is missing: a read-only variable needs one')
  else if (fallback === '' && variable.hidden && variable.required) {
    fail('defaultValue', 'is missing: a variable that is hidden and required needs one')
  }
  // A default may be a placeholder; it is checked with its value when a cluster is resolved.
  if (fallback !== '' && !fallback.includes('{{')) {
    const wrong = valueProblem(variable, fallback)
    if (wrong !== null) fail('defaultValue', wrong)
  }
}

/** Problems of the values given to a cluster: unknown names, read-only ones, missing ones, wrong ones. Values are never repeated. */
export function checkVariables(
  variables: readonly VariableDefinition[],
  values: Readonly<Record<string, string>>,
): Problem[] {
  const problems: Problem[] = []
  const fail = (name: string, message: string): void => {
    problems.push({ file: 'variables', path: name, line: 0, message })
  }
  for (const name of Object.keys(values)) {
    if (!variables.some((variable) => variable.name === name)) fail(name, 'is no variable of the profile')
  }
  for (const variable of variables) {
    const given = (Object.hasOwn(values, variable.name) ? values[variable.name] : undefined) ?? ''
    const value = given === '' ? (variable.defaultValue ?? '') : given
    if (value === '') {
      if (variable.required) fail(variable.name, 'has no value: give the cluster one, or the profile a default')
      continue
    }
    if (variable.immutable && given !== '' && given !== variable.defaultValue) fail(variable.name, 'is read-only')
    const wrong = value.includes('{{') ? null : valueProblem(variable, value)
    if (wrong !== null) fail(variable.name, wrong)
  }
  return problems
}

function valueProblem(variable: VariableDefinition, value: string): string | null {
  if (value.length > maxValueChars) return `is longer than ${maxValueChars} letters`
  const options = variable.inputType === 'dropdown' ? (variable.options ?? []) : []
  if (options.length > 0 && !options.some((option) => option.value === value)) {
    return `must be one of ${options.map((option) => option.value).join(', ')}`
  }
  const check = variable.format && Object.hasOwn(formats, variable.format) ? formats[variable.format] : undefined
  const wanted = check?.(value) ?? null
  if (wanted !== null) return `must be ${wanted}`
  const regex = variable.regex ? compile(variable.regex) : null
  if (regex === null) return null
  if ('wrong' in regex) return regex.wrong
  return regex.matches(value) ? null : `must match ${variable.regex}`
}

/** RE2 runs in time linear to the text: a profile's author cannot stop the server with a pattern. */
function compile(pattern: string): { matches(value: string): boolean } | { wrong: string } {
  if (pattern.length > maxRegexChars) return { wrong: `is longer than ${maxRegexChars} letters` }
  try {
    const compiled = RE2JS.compile(pattern)
    return { matches: (value) => compiled.matcher(value).find() }
  } catch (error) {
    return { wrong: `is no valid regular expression (RE2): ${error instanceof Error ? error.message : String(error)}` }
  }
}

function isIpv6(value: string): boolean {
  if (!/^[0-9a-fA-F:.]{2,45}$/.test(value)) return false
  try {
    return new URL(`http://[${value}]/`).hostname !== ''
  } catch {
    return false
  }
}
