import type { Dice } from './dice.ts'
import { oddNumber, oddText, oddValue } from './odd.ts'

/** A place in a body: the object or list that holds it, and under which key. */
interface Place {
  holder: Record<string, unknown> | unknown[]
  key: string
}

function placesOf(value: unknown): Place[] {
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, part]) => [{ holder: value as Place['holder'], key }, ...placesOf(part)])
}

const valueAt = ({ holder, key }: Place): unknown => Reflect.get(holder, key)
const put = ({ holder, key }: Place, value: unknown): void => {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true })
}
const remove = ({ holder, key }: Place): void => {
  if (Array.isArray(holder)) holder.splice(Number(key), 1)
  else Reflect.deleteProperty(holder, key)
}

/** So many of them, or as many as make 2 MB. */
const many = (item: unknown, count: number): unknown[] => {
  const bytes = (JSON.stringify(item) ?? 'null').length + 1
  return Array.from({ length: Math.min(count, Math.ceil(2_000_000 / bytes)) }, () => item)
}

function nested(dice: Dice, value: unknown): unknown {
  let inside = value
  for (let depth = dice.of([5, 50, 90, 500]); depth > 0; depth -= 1)
    inside = dice.chance(0.5) ? [inside] : { a: inside }
  return inside
}

type Change = (place: Place, dice: Dice) => void

/** How one place of a body is made wrong. The costly ones are rare. */
const changes: Record<string, { share: number; apply: Change }> = {
  odd: { share: 30, apply: (place, dice) => put(place, oddValue(dice)) },
  text: { share: 20, apply: (place, dice) => put(place, oddText(dice)) },
  missing: { share: 15, apply: (place) => remove(place) },
  nothing: { share: 10, apply: (place) => put(place, null) },
  extra: {
    share: 8,
    apply: ({ holder }, dice) => put({ holder, key: oddText(dice).slice(0, 400) }, oddValue(dice)),
  },
  number: { share: 6, apply: (place, dice) => put(place, oddNumber(dice)) },
  again: { share: 4, apply: (place, dice) => put(place, many(valueAt(place), dice.of([2, 3, 70]))) },
  deep: { share: 3, apply: (place, dice) => put(place, nested(dice, valueAt(place))) },
  huge: {
    share: 0.5,
    apply: (place, dice) => put(place, dice.of(['x', '\u{1F512}', '\n', '{{']).repeat(dice.of([100_000, 1_000_000]))),
  },
  many: { share: 0.5, apply: (place) => put(place, many(valueAt(place), 100_000)) },
}

const names = Object.entries(changes).flatMap(([name, { share }]) => Array.from({ length: share * 2 }, () => name))

/** Makes one place of `body` (a copy of its own) wrong. Returns the body, and what was done. */
export function breakValue(body: unknown, dice: Dice): { body: unknown; change: string } {
  const root = { body }
  const places = placesOf(root)
  // The whole body seldom: what is inside it is more.
  const place = places.length > 1 && dice.chance(0.95) ? dice.of(places.slice(1)) : (places[0] as Place)
  const name = dice.of(names)
  changes[name]?.apply(place, dice)
  return { body: root.body, change: `body ${name} at ${place.key.slice(0, 40)}` }
}

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8')

/** How a whole body is made something that is no JSON, or another JSON than it seems. */
const spoilers: Record<string, (text: string, dice: Dice) => Buffer> = {
  cut: (text, dice) => bytes(text.slice(0, dice.below(Math.max(1, text.length)))),
  trailing: (text) => bytes(`${text}}`),
  twice: (text) => bytes(text + text),
  'byte order mark': (text) => bytes(`\ufeff${text}`),
  'UTF-16': (text) => Buffer.from(text, 'utf16le'),
  'broken UTF-8': (text) =>
    Buffer.concat([bytes(text.slice(0, -1)), Buffer.from([0xc3, 0x28, 0xff, 0xfe]), bytes('}')]),
  binary: (_text, dice) => Buffer.from(Array.from({ length: dice.of([1, 50, 5_000]) }, () => dice.below(256))),
  'a prototype': (text) => bytes(text.replace('{', '{"__proto__":{"isAdmin":true},')),
  'a constructor': (text) => bytes(text.replace('{', '{"constructor":{"prototype":{"x":1}},')),
  'a key twice': (text) => bytes(text.replace('{', '{"metadata":5,"spec":[],')),
  'a number': () => bytes('5'),
  'a text': () => bytes('"text"'),
  'a list': () => bytes('[]'),
  null: () => bytes('null'),
  'an overflow': () => bytes('{"spec":{"limit":1e999,"x":-1e999}}'),
  'no JSON': () => bytes("{a:'b',}"),
  'white space': (text) => bytes(`${' \n\t'.repeat(30_000)}${text}`),
  deep: (_text, dice) => bytes(`${'['.repeat(100_000)}${dice.chance(0.5) ? ']'.repeat(100_000) : ''}`),
  empty: () => Buffer.alloc(0),
  'a zero': (text) => bytes(`${text}\u0000`),
}

export function spoil(text: string, dice: Dice): { body: Buffer; change: string } {
  const name = dice.of(Object.keys(spoilers))
  return { body: spoilers[name]?.(text, dice) ?? bytes(text), change: `body is ${name}` }
}
