import type { Problem } from './problems.ts'
import { RegexError, RegexWork } from './regex-work.ts'
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
  const work = new RegexWork()
  for (const [index, variable] of variables.entries()) {
    const fail = (field: string, message: string): void => {
      problems.push({ file: 'variables', path: `spec.variables[${index}].${field}`, line: 0, message })
    }
    if (!NAME.test(variable.name))
      fail('name', `'${variable.name}' must be letters, digits and '_', and start with no digit`)
    // Every object has these: a value that is not there would seem to be.
    if (variable.name in {}) fail('name', `'${variable.name}' is a word of JavaScript: choose another name`)
    if (seen.has(variable.name)) fail('name', `'${variable.name}' is defined twice`)
    seen.add(variable.name)
    checkDefinition(variable, work, fail)
  }
  return problems
}

function checkDefinition(
  variable: VariableDefinition,
  work: RegexWork,
  fail: (field: string, message: string) => void,
): void {
  if (variable.format && !Object.hasOwn(formats, variable.format)) {
    fail('format', `'${variable.format}' is unknown: use one of ${Object.keys(formats).join(', ')}`)
  }
  if (variable.inputType === 'dropdown' && (variable.options ?? []).length === 0) {
    fail('options', 'is empty: a dropdown needs at least one option')
  }
  const wrongRegex = variable.regex ? regexProblem(variable.regex, work) : null
  if (wrongRegex !== null) fail('regex', wrongRegex)
  const fallback = variable.defaultValue ?? ''
  if (fallback === '' && variable.immutable) fail('defaultValue', 'is missing: a read-only variable needs one')
  else if (fallback === '' && variable.hidden && variable.required) {
    fail('defaultValue', 'is missing: a variable that is hidden and required needs one')
  }
  // A default may be a placeholder; it is checked with its value when a cluster is resolved.
  if (fallback !== '' && wrongRegex === null && !fallback.includes('{{')) {
    const wrong = valueProblem(variable, fallback, work)
    if (wrong !== null) fail('defaultValue', wrong)
  }
}

/** Problems of the values given to a cluster: unknown names, read-only ones, missing ones, wrong ones. Values are never repeated. */
export function checkVariables(
  variables: readonly VariableDefinition[],
  values: Readonly<Record<string, string>>,
): Problem[] {
  const problems: Problem[] = []
  const work = new RegexWork()
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
    const wrong = value.includes('{{') ? null : valueProblem(variable, value, work)
    if (wrong !== null) fail(variable.name, wrong)
  }
  return problems
}

function valueProblem(variable: VariableDefinition, value: string, work: RegexWork): string | null {
  if (value.length > maxValueChars) return `is longer than ${maxValueChars} letters`
  const options = variable.inputType === 'dropdown' ? (variable.options ?? []) : []
  if (options.length > 0 && !options.some((option) => option.value === value)) {
    return `must be one of ${options.map((option) => option.value).join(', ')}`
  }
  const check = variable.format && Object.hasOwn(formats, variable.format) ? formats[variable.format] : undefined
  const wanted = check?.(value) ?? null
  if (wanted !== null) return `must be ${wanted}`
  return variable.regex ? regexProblem(variable.regex, work, value) : null
}

/** What is wrong with an expression, or with the value that it is to match. */
function regexProblem(pattern: string, work: RegexWork, value?: string): string | null {
  if (pattern.length > maxRegexChars) return `is longer than ${maxRegexChars} letters`
  try {
    const regex = work.compile(pattern)
    return value === undefined || regex.matcher(value).find() ? null : `must match ${pattern}`
  } catch (error) {
    if (error instanceof RegexError) return error.message
    throw error
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
