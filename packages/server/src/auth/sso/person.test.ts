import { expect, test } from 'vitest'
import { mustBelong, personOf } from './person.ts'
import { planTeams } from './teams.ts'

const names = { email: 'mail', firstName: 'first', lastName: 'last', team: 'groups' }

test('a person is read by the names the tenant gave, from texts and lists of one', () => {
  const values = {
    mail: [' Ada@Example.com '],
    first: 'A\u0000da',
    last: ['L', 'M'],
    groups: ['a', ' b ', 'a', '', 7, 'x'.repeat(201)],
  }
  expect(personOf(values, names)).toEqual({
    email: 'ada@example.com',
    firstName: 'Ada',
    lastName: 'L',
    teams: ['a', 'b'],
  })
  expect(personOf({ groups: 'a' }, names)).toEqual({ email: '', firstName: '', lastName: '', teams: ['a'] })
  expect(personOf({ groups: ['a'] }, { ...names, team: '' }).teams).toEqual([])
  expect(personOf({ mail: { $: 'x' } }, names).email).toBe('')
})

test('an e-mail that only looks like another is none', () => {
  expect(personOf({ mail: 'Jose\u0301@example.com' }, names).email).toBe('jos\u00e9@example.com')
  expect(() => mustBelong({ email: 'a\u200bda@example.com' }, [])).toThrow('does not tell your e-mail address')
})

test('more teams than anybody has are refused, not cut', () => {
  const groups = Array.from({ length: 501 }, (_, index) => `g${index}`)
  expect(() => personOf({ groups }, names)).toThrow('names 501 teams')
})

test('a sign-in takes back what a sign-in gave, and nothing else', () => {
  const present = [
    { teamUid: 'by-hand', bySso: false },
    { teamUid: 'stays', bySso: true },
    { teamUid: 'gone', bySso: true },
  ]
  expect(planTeams(new Set(['stays', 'new', 'by-hand']), present)).toEqual({ joins: ['new'], leaves: ['gone'] })
  expect(planTeams(new Set(), [])).toEqual({ joins: [], leaves: [] })
})
