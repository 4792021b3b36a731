import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { SignIn } from './sign-in.ts'
import { removeUser, setRole, setUser } from './users.ts'

const folder = mkdtempSync(join(tmpdir(), 'sign-in-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let file: string
let signIn: SignIn
let count = 0
const first = 'a long first password'
const second = 'a long second password'
const basic = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`

beforeEach(async () => {
  file = join(folder, `users-${count++}`)
  await setUser(file, 'ada', first)
  signIn = new SignIn(file, systemRandom)
})

test('somebody is who has name and password; nobody else', async () => {
  expect(await signIn.userOf(basic('ada', first))).toEqual({ name: 'ada', role: 'write' })
  for (const header of [undefined, '', 'Bearer x', 'Basic !', basic('', first), basic('ada', ''), basic('eve', first)])
    expect(await signIn.userOf(header)).toBeNull()
  expect(await signIn.userOf(basic('ada', second))).toBeNull()
})

test('what was right is so only until the user is changed', async () => {
  await signIn.userOf(basic('ada', first))
  setRole(file, 'ada', 'read')
  expect(await signIn.userOf(basic('ada', first))).toEqual({ name: 'ada', role: 'read' })
  await setUser(file, 'ada', second)
  expect(await signIn.userOf(basic('ada', first))).toBeNull()
  expect(await signIn.userOf(basic('ada', second))).toEqual({ name: 'ada', role: 'read' })
  removeUser(file, 'ada')
  expect(await signIn.userOf(basic('ada', second))).toBeNull()
})

test('many who begin with one name and password at once are all let in', async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, () => signIn.userOf(basic('ada', first))))
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
  expect(answers[0]).toMatchObject({ name: 'ada' })
})

test('many who try passwords out hold nobody who is known', async () => {
  await signIn.userOf(basic('ada', first))
  const tries = Array.from({ length: 20 }, (_, index) => signIn.userOf(basic('ada', `guess number ${index}`)))
  expect(await signIn.userOf(basic('ada', first))).toMatchObject({ name: 'ada' })
  expect((await Promise.all(tries)).filter((outcome) => outcome === 'busy')).toHaveLength(4)
})
