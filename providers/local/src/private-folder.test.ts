import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { socketTransport } from './cloud-client.ts'
import { checkPrivateFolder } from './private-folder.ts'

const folder = mkdtempSync(join(tmpdir(), 'atrium-private-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('a folder that others may write to, or a link to one, is refused before anything is asked there', async () => {
  const own = join(folder, 'own')
  mkdirSync(own, { mode: 0o700 })
  checkPrivateFolder(own)
  checkPrivateFolder(join(folder, 'not-there-yet'))
  symlinkSync(own, join(folder, 'link'))
  expect(() => checkPrivateFolder(join(folder, 'link'))).toThrow(/somebody else made it/)
  chmodSync(own, 0o777)
  expect(() => checkPrivateFolder(own)).toThrow(/somebody else made it/)
  await expect(socketTransport(join(own, 'cloud.sock'))('GET', '/v1')).rejects.toThrow(/somebody else made it/)
})
