import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type MemoryPlane, startMemoryPlane } from '@atrium/dev-env/memory-plane.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureFirstOperator } from '../src/platform/first-operator.ts'

const folder = mkdtempSync(join(tmpdir(), 'atrium-first-operator-'))
const operatorFile = join(folder, 'operator.json')
let plane: MemoryPlane
beforeAll(async () => {
  plane = await startMemoryPlane()
})
afterAll(async () => {
  await plane.close()
  rmSync(folder, { recursive: true })
})

test('the first operator is made once, with a password that lies in a file of their own from before they are made', async () => {
  const { identity } = plane.installation
  // A start that was killed between the file and the operator.
  writeFileSync(operatorFile, JSON.stringify({ email: 'operator@atrium.local', password: 'from the first try' }), {
    mode: 0o600,
  })
  expect(await ensureFirstOperator(plane.installation, { operatorFile })).toBe(true)
  const { email, password } = JSON.parse(readFileSync(operatorFile, 'utf8'))
  expect(password).toBe('from the first try')
  const { token } = await identity.operators.signIn({ email, password, ip: '127.0.0.1' })
  expect(await identity.operators.ofToken(token.reveal())).toMatchObject({ operator: { email, role: 'RootAdmin' } })

  rmSync(operatorFile)
  expect(await ensureFirstOperator(plane.installation, { operatorFile })).toBe(false)
  expect(await identity.operators.list()).toHaveLength(1)
  const other = await startMemoryPlane()
  try {
    expect(await ensureFirstOperator(other.installation, { operatorFile })).toBe(true)
    expect(statSync(operatorFile).mode & 0o777).toBe(0o600)
  } finally {
    await other.close()
  }
})
