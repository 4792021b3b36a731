import { readFileSync } from 'node:fs'
import { hasCode, writeFileAtomically } from '@atrium/runtime/base/files.ts'

export const roles = ['read', 'write'] as const
/** `write`: may do everything. */
export type Role = (typeof roles)[number]

export interface User {
  name: string
  role: Role
}

export interface StoredUser {
  /** Of the password, by bcrypt. */
  hash: string
  role: Role
}

/** 15 ms for each look at a password, 60 with ten. The letters make up for it. */
const ROUNDS = 8
const LEAST_LETTERS = 12
/** bcrypt looks at no more. */
const MOST_BYTES = 72
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9._@-]{0,63}$/

/** Users of a hosted registry by name: a line each, as Apache's htpasswd writes it, and `:read` behind it for those who may only read. */
export function readUsers(file: string): Map<string, StoredUser> {
  try {
    const lines = readFileSync(file, 'utf8').split('\n')
    return new Map(lines.flatMap((line) => (line.includes(':') ? [readLine(line)] : [])))
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return new Map()
    throw error
  }
}

/** What else stands behind the hash gives no right that is not written out. */
function readLine(line: string): [string, StoredUser] {
  const [name = '', hash = '', role] = line.trim().split(':')
  return [name, { hash, role: role === undefined || role === 'write' ? 'write' : 'read' }]
}

/** Adds a user, or gives one another password, and another role where one is given. True when they are new; they may write unless told otherwise. */
export async function setUser(file: string, name: string, password: string, role?: Role): Promise<boolean> {
  if (!NAME.test(name))
    throw new Error(`'${name}' is no name of a user: use up to 64 letters, digits, '.', '_', '@' and '-'.`)
  if ([...password].length < LEAST_LETTERS)
    throw new Error(`The password is too short: use ${LEAST_LETTERS} letters or more.`)
  if (Buffer.byteLength(password) > MOST_BYTES)
    throw new Error(`The password is too long: use at most ${MOST_BYTES} bytes.`)
  const { hash } = await import('bcryptjs')
  const hashed = await hash(password, ROUNDS)
  const users = readUsers(file)
  const former = users.get(name)
  writeUsers(file, users.set(name, { hash: hashed, role: role ?? former?.role ?? 'write' }))
  return former === undefined
}

/** Gives a user another role. */
export function setRole(file: string, name: string, role: Role): void {
  const users = readUsers(file)
  writeUsers(file, users.set(name, { ...known(users, name), role }))
}

export function removeUser(file: string, name: string): void {
  const users = readUsers(file)
  known(users, name)
  users.delete(name)
  writeUsers(file, users)
}

function known(users: ReadonlyMap<string, StoredUser>, name: string): StoredUser {
  const user = users.get(name)
  if (user !== undefined) return user
  const names = [...users.keys()].sort().join(', ')
  throw new Error(`There is no user '${name}'. ${names === '' ? 'There are none.' : `There are: ${names}.`}`)
}

const writeUsers = (file: string, users: ReadonlyMap<string, StoredUser>): void =>
  writeFileAtomically(
    file,
    [...users].map(([name, { hash, role }]) => `${name}:${hash}${role === 'read' ? ':read' : ''}\n`).join(''),
  )
