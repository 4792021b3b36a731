import { describe, expect, it, test } from 'vitest'
import { readValues } from './values.ts'
import { checkValues, readRule, secretValues } from './values-schema.ts'

const check = (rule: string, values: string, path = 'a.b', defaults = values) =>
  checkValues(readValues(values), [readRule(path, `{{ ${rule} }}`)], readValues(defaults)).map(({ message }) => message)
const value = (text: string) => `a:\n  b: ${text}\n`

describe('values by the rules of their pack', () => {
  test.each([
    ['format "${number}"', '3', 'x'],
    ['format "${number:[5000-5005]}"', '5005', '5006'],
    ['format "${boolean}"', 'false', '"maybe"'],
    ['format "${list:[Delete,Retain]}"', 'Retain', 'Keep'],
    ['format "${ipv4}"', '10.0.0.1', 'fd00::1'],
    ['format "${version}"', 'v1.2.3', 'latest'],
    ['format "${string}/${string}:${version}"', 'ghcr.io/web:1.2', 'web'],
    ['format "${string:/^[a-z]+$/}-${number}"', 'web-2', 'WEB-2'],
    ['format "${password}"', 'anything', '{x: 1}'],
    ['required', '0', '""'],
  ])('%s: %s fits, %s does not', (rule, right, wrong) => {
    expect(check(rule, value(right))).toEqual([])
    expect(check(rule, value(wrong))).toHaveLength(1)
  })

  it('are told by line, with the hint of the author', () => {
    const rules = [
      readRule('a.b', '{{ required | format "${number}" | hints "The \\"port\\" to listen on." "Other" }}'),
    ]
    const values = readValues('x: 1\na:\n  b: x\n')
    expect(checkValues(values, rules, values)).toEqual([
      { file: 'values.yaml', path: 'a.b', line: 3, message: 'must be a value of type number: The "port" to listen on' },
    ])
    expect(check('required', 'a: {}\n')).toEqual(['is missing'])
    expect(check('format "${number}"', 'a: {}\n')).toEqual([])
  })

  it('stay as the pack has them where they are read-only', () => {
    expect(check('readonly', value('1'), 'a.b', value('1'))).toEqual([])
    expect(check('readonly', value('2'), 'a.b', value('1'))).toEqual(["is read-only: keep the pack's own value"])
  })

  it('with placeholders are not known yet', () => {
    expect(check('required | format "${number}"', value("'{{.spectro.var.x}}'"))).toEqual([])
  })

  it('of each item of a list are looked at', () => {
    expect(check('format "${number}"', 'a:\n  - b: 1\n  - b: x\n', 'a.$[].b')).toHaveLength(1)
  })

  it('end in linear time, and a rule that cannot be read binds nobody', () => {
    expect(check('format "${string:/(a+)+b/}"', value('a'.repeat(3000)))).toHaveLength(1)
    expect(check('format "${string:/(/}"', value('x'))).toEqual([])
    expect(check('format "${input}"', value('x'))).toEqual([])
    expect(check('nonsense 12 "x" |', value('x'))).toEqual([])
  })

  it('that are passwords are known as such', () => {
    const rules = [readRule('a.b', '{{ format "${password}" }}'), readRule('a.c', '{{ format "${string}" }}')]
    expect(secretValues(readValues('a:\n  b: "hunter2 #1"\n  c: shown\n'), rules)).toEqual(['hunter2 #1'])
  })
})
