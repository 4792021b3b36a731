import type { Dice } from './dice.ts'
import { oddText } from './odd.ts'

/** Text as it may stand in a request line: what cannot is escaped, now and then wrongly. */
const escaped = (text: string, dice: Dice): string =>
  dice.chance(0.1) ? `%${dice.of(['', 'z', '0', 'zz', 'c3%28', 'ff'])}` : encodeURIComponent(text.toWellFormed())

/** Puts an odd value where one segment of the path was. */
export function breakPath(path: string, dice: Dice): { path: string; change: string } {
  const segments = path.split('/')
  const name = dice.of(['segment', 'segment', 'segment', 'slash', 'double', 'dots', 'case', 'long', 'bytes'])
  const place = 1 + dice.below(segments.length - 1)
  if (name === 'segment') segments[place] = escaped(oddText(dice).slice(0, 3_000), dice)
  if (name === 'slash') segments.push('')
  if (name === 'double') segments.splice(place, 0, '')
  if (name === 'dots') segments.splice(place, 0, dice.of(['..', '.', '%2e%2e', '..%2f..', '%5c..']))
  // Letters of ASCII alone: that of \u00ff is no byte, which no request line could hold.
  if (name === 'case') segments[place] = (segments[place] ?? '').replace(/[a-z]+/g, (small) => small.toUpperCase())
  if (name === 'long') segments[place] = 'x'.repeat(dice.of([200, 2_000, 12_000, 40_000]))
  if (name === 'bytes') segments[place] = '\u00ff\u00fe\u0080'
  return { path: segments.join('/'), change: `path ${name} at ${place}` }
}

/** Query parameters that are odd: of this name or of none that there is. */
export function breakQuery(query: string[], names: readonly string[], dice: Dice): { query: string[]; change: string } {
  const name =
    dice.chance(0.8) && names.length > 0 ? dice.of(names) : dice.of(['__proto__', 'constructor', 'a[b]', '', 'x'])
  const value = (): string => escaped(dice.chance(0.05) ? 'y'.repeat(9_000) : oddText(dice).slice(0, 2_000), dice)
  const kind = dice.of(['odd', 'odd', 'odd', 'twice', 'list', 'bare', 'many'] as const)
  const added = {
    odd: () => [`${name}=${value()}`],
    twice: () => [`${name}=1`, `${name}=${value()}`],
    list: () => [`${name}[]=${value()}`, `${name}[a]=1`],
    bare: () => [name],
    many: () => Array.from({ length: 1_500 }, () => `${name.slice(0, 4)}=1`),
  }[kind]()
  return { query: [...query, ...added], change: `query ${kind} ${name}` }
}

/** As names and values in turn; a name may come twice. */
export type Headers = readonly string[]

const latin = (text: string): string => text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?')

const wrongHeaders: Record<string, (dice: Dice) => Headers> = {
  'content type': (dice) => [
    'Content-Type',
    dice.of([
      'text/plain',
      'application/xml',
      'multipart/form-data',
      'application/json; charset=utf-16',
      'application/json;;',
      '*/*',
      'x',
      'application/x-www-form-urlencoded',
      'application/octet-stream',
      'application/merge-patch+json',
    ]),
  ],
  'content types': () => ['Content-Type', 'application/json', 'Content-Type', 'text/plain'],
  'content encoding': (dice) => ['Content-Encoding', dice.of(['gzip', 'br', 'identity', 'x'])],
  project: (dice) => ['ProjectUid', latin(oddText(dice)).slice(0, 500)],
  projects: (dice) => ['ProjectUid', '5f5f5f5f5f5f5f5f5f5f5f5f', 'ProjectUid', latin(oddText(dice)).slice(0, 50)],
  accept: (dice) => ['Accept', dice.of(['text/html', '*/*;q=0', 'x', 'application/octet-stream'])],
  note: (dice) => ['Atrium-Note', latin(oddText(dice)).slice(0, 2_000)],
  match: (dice) => [
    'If-Match',
    dice.of(['*', '""', '"x"', 'x', 'W/"x"', '"a", "b"', '"a', ',', latin(oddText(dice)).slice(0, 500)]),
  ],
  'no match': (dice) => ['If-None-Match', dice.of(['*', '"x"'])],
  again: (dice) => ['Idempotency-Key', latin(oddText(dice)).slice(0, 500)],
  override: () => ['X-HTTP-Method-Override', 'DELETE'],
  cookie: (dice) => ['Cookie', `Authorization=${'c'.repeat(dice.of([10, 3_000]))}`],
  forwarded: (dice) => ['X-Forwarded-For', dice.of(['1.2.3.4', 'x', '::1, 2.3.4.5', '999.1.1.1'])],
  expect: () => ['Expect', '100-continue'],
  range: () => ['Range', 'bytes=0-1'],
  oversized: (dice) => ['X-Large', 'h'.repeat(dice.of([10_000, 20_000, 90_000]))],
  many: (dice) => Array.from({ length: dice.of([200, 1_500]) }, (_, index) => [`x-${index}`, '1']).flat(),
  authorization: (dice) => [
    'Authorization',
    dice.of(['Bearer x', 'Basic Og==', '.', 'deadbeef.x', latin(oddText(dice)).slice(0, 300)]),
  ],
}

export function breakHeaders(dice: Dice): { headers: Headers; change: string } {
  const name = dice.of(Object.keys(wrongHeaders))
  return { headers: wrongHeaders[name]?.(dice) ?? [], change: `header ${name}` }
}
