import type { Dice } from './dice.ts'

/** Texts that code which trusts its input stumbles over. */
const short = [
  '',
  ' ',
  '.',
  '..',
  '../../../../etc/passwd',
  '..\\..\\windows',
  '%00',
  '%2e%2e%2f',
  `' or 1=1 --`,
  '"; drop table objects; --',
  '\u0000',
  'a\u0000b',
  '\u0007\u001b[31m',
  'line\nline\r\nline',
  '\u2028\u2029',
  '\u202eevil',
  '\ufeffbom',
  '\ufffd',
  '\ud800',
  'x\udfffy',
  '\u{1F512}\u{1F468}\u200d\u{1F469}',
  'e\u0301'.repeat(50),
  'ß'.repeat(64),
  'İ',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'null',
  'undefined',
  'NaN',
  'Infinity',
  'true',
  '-1',
  '0',
  '1e999',
  '9'.repeat(40),
  '0x10',
  '1.0.0',
  'v1',
  '>=1.0',
  '{{ .spectro.macro.none }}',
  '{{.spectro.var.none}}',
  '${HOME}',
  '$(id)',
  '<script>alert(1)</script>',
  'https://[::1',
  'https://user:pass@host.test/x',
  'file:///etc/passwd',
  '2030-02-31T25:61:61Z',
  '0 0 31 2 *',
  '* * * * * * * *',
  '(a+)+$',
  '[',
  '*',
  'a=b=c',
  '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
]

/** What is no YAML, or more of it than there seems to be. */
const yaml = [
  'a: b: c',
  '\tkey: value',
  '- [unclosed',
  'a: &a [*a]',
  'x: *missing',
  `a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d]`,
  '[[[['.repeat(60),
  `${'{a: '.repeat(150)}1${'}'.repeat(150)}`,
  '---\n---\n---',
  '%YAML 9.9\n---\na: 1',
  '? [complex, key]\n: value',
  '!!js/function "x"',
  '__proto__: {a: 1}',
  'kind: KubeadmControlPlane',
  'kind: MachineDeployment\nspec: {replicas: -5}',
  'kind: MachineDeployment\nspec: {replicas: 1.0e+30}',
  'kind: MachineDeployment\nmetadata: {name: [1]}\nspec: 5',
  'pack:\n  content: 7',
]

export const oddText = (dice: Dice): string => {
  const roll = dice.below(100)
  if (roll < 75) return dice.of(short)
  if (roll < 90) return dice.of(yaml)
  return dice.of(['x', '\u{1F512}', 'a.', '{', 'é', ' ', '\\']).repeat(dice.of([64, 300, 5_000, 70_000]))
}

export const oddNumber = (dice: Dice): number =>
  dice.of([0, -0, -1, 0.5, 1e-9, 127, 2 ** 31, -(2 ** 31) - 1, 2 ** 53, 1e21, 1.7e308, -1.7e308])

/** Anything at all. */
export const oddValue = (dice: Dice): unknown =>
  dice.of<() => unknown>([
    () => oddText(dice),
    () => oddText(dice),
    () => oddNumber(dice),
    () => null,
    () => dice.chance(0.5),
    () => [],
    () => ({}),
    () => [oddText(dice)],
    () => ({ [oddText(dice)]: oddNumber(dice) }),
    () => [[[]]],
  ])()
