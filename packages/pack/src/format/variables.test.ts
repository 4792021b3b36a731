import { describe, expect, it, test } from 'vitest'
import { checkVariableDefinitions, checkVariables, type VariableDefinition } from './variables.ts'

const variable = (over: Partial<VariableDefinition>): VariableDefinition => ({ name: 'v', ...over })
const problem = (definition: Partial<VariableDefinition>, value: string) =>
  checkVariables([variable(definition)], { v: value })[0]?.message

describe('values of variables', () => {
  test.each([
    ['number', '3', '3,5'],
    ['number', '-1.5e3', '0x10'],
    ['boolean', 'true', 'yes'],
    ['version', '1.2.3', 'latest'],
    ['ipv4', '10.0.0.1', '10.0.0.256'],
    ['ipv4cidr', '10.0.0.0/16', '10.0.0.0/33'],
    ['ipv6', 'fd00::1', 'fd00::1::2'],
    ['base64', 'aGk=', 'aGk'],
  ])('of format %s: %s fits, %s does not', (format, right, wrong) => {
    expect(problem({ format }, right)).toBeUndefined()
    expect(problem({ format }, wrong)).toMatch(/must be/)
  })

  it('match a regular expression in linear time', () => {
    expect(problem({ regex: '^[a-z]+$' }, 'abc')).toBeUndefined()
    expect(problem({ regex: '^[a-z]+$' }, 'ABC')).toMatch(/must match/)
    expect(problem({ regex: '^(a+)+$' }, `${'a'.repeat(5000)}!`)).toMatch(/must match/)
  })

  it('are not matched where that is too much work', () => {
    expect(problem({ regex: '(.?){900}x' }, 'a'.repeat(64_000))).toMatch(/too much work/)
    const twice = Array.from({ length: 300 }, (_, at) => variable({ name: `v${at}`, regex: '[a-z]{500}' }))
    expect(checkVariableDefinitions(twice).at(-1)?.message).toMatch(/too much work/)
  })

  it('have names that no object has by itself', () => {
    for (const name of ['__proto__', 'constructor', 'toString'])
      expect(checkVariableDefinitions([variable({ name })])[0], name).toMatchObject({ path: 'spec.variables[0].name' })
  })

  it('are asked for, bounded by options, and never repeated in messages', () => {
    expect(checkVariables([variable({ required: true })], {})[0]).toMatchObject({
      path: 'v',
      message: expect.stringMatching(/give the cluster/),
    })
    expect(checkVariables([variable({ required: true, defaultValue: 'd' })], {})).toEqual([])
    expect(problem({ inputType: 'dropdown', options: [{ value: 'a' }] }, 'b')).toMatch(/one of a/)
    expect(problem({ immutable: true, defaultValue: 'a' }, 'b')).toMatch(/read-only/)
    expect(problem({ format: 'number' }, 'hunter2')).not.toContain('hunter2')
    expect(checkVariables([], { x: '1' })[0]?.message).toMatch(/no variable/)
  })
})

describe('definitions of variables', () => {
  test.each<[string, Partial<VariableDefinition>]>([
    ['name', { name: '1a' }],
    ['format', { format: 'colour' }],
    ['options', { inputType: 'dropdown' }],
    ['regex', { regex: '(' }],
    ['regex', { regex: '(?=a)' }],
    ['defaultValue', { immutable: true }],
    ['defaultValue', { hidden: true, required: true }],
    ['defaultValue', { format: 'number', defaultValue: 'x' }],
  ])('%s: %j is refused', (field, over) => {
    expect(checkVariableDefinitions([variable(over)])).toMatchObject([{ path: `spec.variables[0].${field}` }])
  })

  it('are unique by name', () => {
    expect(checkVariableDefinitions([variable({}), variable({})])).toMatchObject([{ path: 'spec.variables[1].name' }])
  })
})
