import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { download } from '../src/download.ts'

const content = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251))
const HALF = 100_000

let folder: string
let path: string
let server: Server
let ranges: (string | undefined)[]
let breakOff: () => void

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atrium-download-'))
  path = join(folder, 'part')
  ranges = []
  breakOff = () => undefined
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  rmSync(folder, { recursive: true })
})

type Answer = (response: ServerResponse, from: number) => void

/** A publisher that gives one answer after another, and the last one for ever. */
const serve = async (...answers: Answer[]): Promise<string> => {
  server = createServer((request: IncomingMessage, response) => {
    const { range } = request.headers
    ranges.push(range)
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    answer?.(response, Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/tool`
}

const head = (response: ServerResponse, from: number): void => {
  const length = { 'content-length': content.length - from }
  const range = { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` }
  response.writeHead(from > 0 ? 206 : 200, from > 0 ? { ...length, ...range } : length)
}
const whole: Answer = (response, from) => {
  head(response, from)
  response.end(content.subarray(from))
}
/** Once the half was received: what the network still holds when a connection breaks is lost. */
const breaksOff: Answer = (response, from) => {
  fallsSilent(response, from)
  breakOff = () => response.destroy()
}
const wholeFromTheStart: Answer = (response) => whole(response, 0)
const refusesRange: Answer = (response) => response.writeHead(416).end()
const refuses: Answer = (response) => response.writeHead(503).end()
const fallsSilent: Answer = (response, from) => {
  head(response, from)
  response.write(content.subarray(from, HALF))
}

const options = {
  fetcher: fetch,
  clock: systemClock,
  limitBytes: 1e6,
  onBytes: (done: number) => done === HALF && breakOff(),
}
const gaps = (): number[] => ranges.map((range) => Number(/\d+/.exec(range ?? '0')?.[0]))

test('a download that breaks off goes on where it ended', async () => {
  const url = await serve(breaksOff, whole)
  const seen: (number | null)[][] = []
  await download(url, path, {
    ...options,
    onBytes: (...progress) => seen.push(progress) && options.onBytes(progress[0]),
  })
  expect(readFileSync(path).equals(content)).toBe(true)
  expect(ranges).toEqual([undefined, `bytes=${HALF}-`])
  expect(seen.every(([, total]) => total === content.length)).toBe(true)
  expect(seen.at(-1)?.[0]).toBe(content.length)
})

test('so does the next one, when nothing more comes for now', async () => {
  const url = await serve(breaksOff, refuses, whole)
  await expect(download(url, path, options)).rejects.toThrow(/HTTP 503/)
  expect(readFileSync(path).equals(content.subarray(0, HALF))).toBe(true)
  await download(url, path, options)
  expect(readFileSync(path).equals(content)).toBe(true)
  expect(gaps()).toEqual([0, HALF, HALF])
})

test.each([
  ['that answers from the start', wholeFromTheStart, [HALF]],
  ['that has no such bytes', refusesRange, [HALF, 0]],
])('a publisher %s is taken from the start', async (_what, answer, asked) => {
  writeFileSync(path, Buffer.alloc(HALF, 7))
  await download(await serve(answer, whole), path, options)
  expect(readFileSync(path).equals(content)).toBe(true)
  expect(gaps()).toEqual(asked)
})

test('one that falls silent is left, however long it took until then', async () => {
  const url = await serve(fallsSilent, whole)
  let timeIsUp = (): void => undefined
  const clock = { ...systemClock, after: (_ms: number, task: () => void) => ((timeIsUp = task), () => undefined) }
  let seen = 0
  const onBytes = (done: number): void => {
    seen = done
    if (done === HALF) timeIsUp()
  }
  await download(url, path, { ...options, clock, onBytes })
  expect(seen).toBe(content.length)
  expect(readFileSync(path).equals(content)).toBe(true)
  expect(gaps()).toEqual([0, HALF])
})

test('more than may come ends it, and is not tried again for ever', async () => {
  const url = await serve(whole)
  await expect(download(url, path, { ...options, limitBytes: 1000 })).rejects.toThrow(/larger than 1000 bytes/)
  expect(existsSync(path) ? readFileSync(path).length : 0).toBeLessThanOrEqual(1000)
})
