import { createHmac } from 'node:crypto'
import { statSync } from 'node:fs'
import { hasCode } from '@atrium/runtime/base/files.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { readUsers, type StoredUser, type User } from './users.ts'

/** A password takes 15 ms of the one processor: more of them in a line are somebody who tries them out. */
const MOST_WAITING = 16
const MOST_REMEMBERED = 1000
/** Of no password: whoever names a user that is none waits as long as for another. */
const NOBODY = '$2b$08$CwTycUXWue0Thq9StjUM0uJ8.dQz9a8sGk0lqY3yZ0z0vVQ1mJQOe'

/** Tells who sends a request. Users are read anew when their file changes; a password that was right is not computed again. */
export class SignIn {
  readonly #file: string
  readonly #key: Buffer
  /** What the password was right for, by a hash of name and password that only this process can make. */
  readonly #right = new Map<string, string>()
  #users: ReadonlyMap<string, StoredUser> = new Map()
  #stamp = ''
  /** By the same hash: many begin with one name and password at once. */
  readonly #waiting = new Map<string, Promise<boolean>>()
  #line: Promise<unknown> = Promise.resolve()

  constructor(file: string, random: Random) {
    this.#file = file
    this.#key = Buffer.from(random.bytes(32))
  }

  /** Null for nobody we know; `busy` when too many ask at once. */
  async userOf(authorization: string | undefined): Promise<User | null | 'busy'> {
    const [, encoded = ''] = /^basic ([\w+/=]{1,1024})$/i.exec(authorization ?? '') ?? []
    const pair = Buffer.from(encoded, 'base64').toString('utf8')
    const end = pair.indexOf(':')
    if (end < 1) return null
    const name = pair.slice(0, end)
    this.#refresh()
    const user = this.#users.get(name)
    const proof = createHmac('sha256', this.#key).update(pair).digest('hex')
    if (user && this.#right.get(proof) === user.hash) return { name, role: user.role }
    const isRight = this.#check(proof, pair.slice(end + 1), user?.hash ?? NOBODY)
    if (isRight === null) return 'busy'
    if (!(await isRight) || user === undefined) return null
    for (const oldest of this.#right.keys()) {
      if (this.#right.size < MOST_REMEMBERED) break
      this.#right.delete(oldest)
    }
    this.#right.set(proof, user.hash)
    return { name, role: user.role }
  }

  /** One after another: requests of those who are known go on meanwhile. Null when too many wait. */
  #check(proof: string, password: string, hash: string): Promise<boolean> | null {
    const key = `${proof} ${hash}`
    const running = this.#waiting.get(key)
    if (running !== undefined || this.#waiting.size >= MOST_WAITING) return running ?? null
    const checked = this.#line.then(() => isPasswordOf(password, hash)).finally(() => this.#waiting.delete(key))
    this.#waiting.set(key, checked)
    this.#line = checked.catch(() => undefined)
    return checked
  }

  #refresh(): void {
    const stamp = stampOf(this.#file)
    if (stamp === this.#stamp) return
    this.#users = readUsers(this.#file)
    this.#stamp = stamp
  }
}

async function isPasswordOf(password: string, hash: string): Promise<boolean> {
  const { compare } = await import('bcryptjs')
  return compare(password, hash)
}

/** Another one whenever the file was written. */
function stampOf(file: string): string {
  try {
    const { ino, size, mtimeMs } = statSync(file)
    return `${ino} ${size} ${mtimeMs}`
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 'none'
    throw error
  }
}
