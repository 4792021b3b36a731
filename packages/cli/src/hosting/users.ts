import { readFileSync } from 'node:fs'
import { hasCode, writeFileAtomically } from '@atrium/runtime/base/files.ts'

/** The registry checks a password at every request, and a mirror makes thousands: 15 ms each here, 60 with ten. The letters make up for it. */
const ROUNDS = 8
const LEAST_LETTERS = 12
/** bcrypt looks at no more. */
const MOST_BYTES = 72
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9._@-]{0,63}$/

/** Users of a hosted registry by name: a file as Apache's htpasswd writes it, with bcrypt. The registry reads it anew when it changes. */
export function readUsers(file: string): Map<string, string> {
  try {
    const lines = readFileSync(file, 'utf8').split('\n')
    return new Map(lines.flatMap((line) => (line.includes(':') ? [splitLine(line)] : [])))
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return new Map()
    throw error
  }
}

const splitLine = (line: string): [string, string] => [
  line.slice(0, line.indexOf(':')),
  line.slice(line.indexOf(':') + 1).trim(),
]

/** Adds a user, or gives one another password. True when they are new. */
export async function setUser(file: string, name: string, password: string): Promise<boolean> {
  if (!NAME.test(name))
    throw new Error(`'${name}' is no name of a user: use up to 64 letters, digits, '.', '_', '@' and '-'.`)
  if ([...password].length < LEAST_LETTERS)
    throw new Error(`The password is too short: use ${LEAST_LETTERS} letters or more.`)
  if (Buffer.byteLength(password) > MOST_BYTES)
    throw new Error(`The password is too long: use at most ${MOST_BYTES} bytes.`)
  const { hash } = await import('bcryptjs')
  const hashed = await hash(password, ROUNDS)
  const users = readUsers(file)
  const isNew = !users.has(name)
  writeUsers(file, users.set(name, hashed))
  return isNew
}

export function removeUser(file: string, name: string): void {
  const users = readUsers(file)
  if (!users.delete(name)) throw new Error(`There is no user '${name}'. ${namesOf(users)}`)
  writeUsers(file, users)
}

const namesOf = (users: Map<string, string>): string =>
  users.size === 0 ? 'There are none.' : `There are: ${[...users.keys()].sort().join(', ')}.`

const writeUsers = (file: string, users: Map<string, string>): void =>
  writeFileAtomically(file, [...users].map(([name, hashed]) => `${name}:${hashed}\n`).join(''))
