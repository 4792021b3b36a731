import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadContract } from '@atrium/server/apiserver/http/table.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Conversation } from './recorder/conversation.ts'
import { createReplayer, type Replayer } from './replay/replay.ts'
import { openWorld, type ReplayWorld } from './replay/world.ts'
import { authority } from './scenarios/authority.ts'

const folder = join(import.meta.dirname, 'conversations')
const files = readdirSync(folder)
const read = (file: string): Conversation => JSON.parse(readFileSync(join(folder, file), 'utf8'))
const operations = new Map(loadContract().operations.map((operation) => [operation.id, operation]))

describe.each(files)('%s', (file) => {
  const conversation = read(file)
  let world: ReplayWorld
  let replayer: Replayer

  beforeAll(async () => {
    world = await openWorld()
    replayer = createReplayer(world, operations)
  })
  afterAll(() => world.close())

  test.each(conversation.steps)('$name', async ({ exchanges }) => {
    for (const exchange of exchanges) {
      expect(await replayer.repeat(exchange), `${exchange.operation} ${JSON.stringify(exchange.request)}`).toEqual([])
    }
    expect(world.violations, 'answers that break the contract').toEqual([])
  })

  test('says which client was recorded', () => {
    expect(conversation.client).toMatch(/^[\w-]+ \d+\.\d+\.\d+$/)
  })

  test('holds no secret, no path and no uid of the recording', () => {
    // One certificate is part of configurations.
    const text = readFileSync(join(folder, file), 'utf8').replaceAll(JSON.stringify(authority).slice(1, -1), '')
    expect(text.length).toBeLessThan(220_000)
    expect(text).not.toMatch(/(?<![0-9a-f])[0-9a-f]{24}(?![0-9a-f])/)
    expect(text).not.toMatch(/PRIVATE KEY|BEGIN CERTIFICATE|\/(tmp|home|root|work|Users)\/|eyJ[\w-]{10}/i)
    // Accounts of clouds have keys of that name: made up, and they say so.
    expect(text).not.toMatch(/"apikey":"(?!(secret|key) of )/i)
    expect(text).not.toMatch(/20\d\d-\d\d-\d\dT/)
  })
})
