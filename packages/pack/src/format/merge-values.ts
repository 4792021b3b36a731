import { sameJson } from '@atrium/runtime/base/json.ts'
import { isScalar } from 'yaml'
import { blockForm } from './flow-maps.ts'
import { PackError } from './problems.ts'
import { indentationOf, reindent, type Splice, splice } from './text-splices.ts'
import { type Entry, isBlockMap, type Meaning, ValuesTree } from './values-tree.ts'

/** What both sides changed, each in its own way. Texts are null where the key is not there. */
export interface MergeConflict {
  /** Dotted; empty when the texts cannot be merged by key at all. */
  path: string
  /** 1-based, in your text; 0 where the key is not in it. */
  line: number
  old: string | null
  yours: string | null
  new: string | null
}

export interface MergedValues {
  text: string
  /** Dotted paths that follow the new text. */
  taken: string[]
  conflicts: MergeConflict[]
}

export interface MergeSides {
  /** What `yours` was made from. */
  old: string
  yours: string
  new: string
}

/**
 * Your values on the new default: what only you changed stays, what only the new default changed is taken, key by key; a list counts
 * as one value. What both changed is a conflict, and follows `prefer`. The text is yours: letters and comments that no taken key
 * touches stay as they are; a comment that you did not change follows the new default. Throws `PackError` for a text that is no YAML.
 */
export function mergeValues(sides: MergeSides, prefer: 'yours' | 'new' = 'yours'): MergedValues {
  const opened = blockForm(sides)
  const merge = new Merge(opened, prefer)
  const meaning = merge.all()
  const text = merge.splices.length === 0 ? sides.yours : splice(opened.yours, merge.splices)
  // Nothing of your own, not even a comment: the new default, letter by letter.
  if (sides.yours.trim() === sides.old.trim()) return { text: sides.new, taken: merge.taken, conflicts: [] }
  if (holds(text, meaning)) return { text, taken: merge.taken, conflicts: merge.conflicts }
  // Anchors that lie across what was taken: nothing made key by key means what both sides mean.
  return { text: sides[prefer], taken: [], conflicts: [{ path: '', line: 1, ...sides }] }
}

function holds(text: string, meaning: Meaning): boolean {
  try {
    const tree = new ValuesTree(text, 'merged values')
    return sameJson(tree.root === null ? {} : tree.meaning(tree.root), meaning)
  } catch (error) {
    // An alias whose anchor is gone is told as a ReferenceError.
    if (error instanceof PackError || error instanceof ReferenceError) return false
    throw error
  }
}

type Maps = Record<keyof MergeSides, Entry | null | undefined>
type Sides = Record<keyof MergeSides, Entry | undefined>
type Meanings = { [key: string]: Meaning }

/** One map of both sides: what its keys are put after. */
interface Place {
  path: readonly string[]
  mine: readonly Entry[]
  next: readonly Entry[]
}

class Merge {
  readonly splices: Splice[] = []
  readonly taken: string[] = []
  readonly conflicts: MergeConflict[] = []
  readonly #trees: Record<keyof MergeSides, ValuesTree>
  readonly #prefer: 'yours' | 'new'

  constructor(sides: MergeSides, prefer: 'yours' | 'new') {
    this.#trees = {
      old: new ValuesTree(sides.old, 'old values'),
      yours: new ValuesTree(sides.yours, 'values'),
      new: new ValuesTree(sides.new, 'new values'),
    }
    this.#prefer = prefer
  }

  /** Merges the whole texts, and answers what comes out. */
  all(): Meanings {
    const meaning = this.#walk({ old: null, yours: null, new: null }, [])
    const tail = (side: keyof MergeSides): string => this.#text(side, this.#tailStart(side), Number.POSITIVE_INFINITY)
    if (tail('old') === tail('yours') && tail('new') !== tail('yours') && this.#trees.yours.text.endsWith('\n')) {
      const start = this.#tailStart('yours')
      this.splices.push({ start, end: this.#trees.yours.text.length, text: tail('new') })
    }
    return meaning
  }

  #walk(maps: Maps, path: readonly string[]): Meanings {
    const entriesOf = (side: keyof MergeSides): Entry[] => {
      const parent = maps[side]
      return parent === undefined ? [] : this.#trees[side].entries(parent)
    }
    const [old, mine, next] = [entriesOf('old'), entriesOf('yours'), entriesOf('new')]
    const added = next.filter(({ key }) => !mine.some((entry) => entry.key === key))
    const outcomes = [...mine, ...added].map(({ key }): [string, Meaning | undefined] => {
      const of = (entries: readonly Entry[]): Entry | undefined => entries.find((entry) => entry.key === key)
      const sides = { old: of(old), yours: of(mine), new: of(next) }
      return [key, this.#merge(sides, { path: [...path, key], mine, next })]
    })
    return Object.fromEntries(outcomes.filter((one): one is [string, Meaning] => one[1] !== undefined))
  }

  /** Undefined when the key is not in the outcome. */
  #merge(sides: Sides, place: Place): Meaning | undefined {
    const { old, yours, new: fresh } = sides
    if (yours && fresh && isBlockMap(yours.value) && isBlockMap(fresh.value)) return this.#mergeMaps(sides, place)
    if (this.#same(sides, 'old', 'new') || this.#same(sides, 'yours', 'new')) {
      this.#followLead(sides)
      return yours && this.#trees.yours.meaning(yours.value)
    }
    const isConflict = !this.#same(sides, 'old', 'yours')
    const path = place.path.join('.')
    if (isConflict) {
      const line = yours ? this.#trees.yours.lineAt(yours.start) : 0
      const text = (side: keyof MergeSides): string | null => this.#shown(side, sides[side])
      this.conflicts.push({ path, line, old: text('old'), yours: text('yours'), new: text('new') })
      if (this.#prefer === 'yours') return yours && this.#trees.yours.meaning(yours.value)
    }
    this.taken.push(path)
    if (yours && fresh) this.#replace(yours, fresh, old)
    else if (fresh) this.#insert(fresh, place)
    else if (yours) this.#remove(yours, old)
    return fresh && this.#trees.new.meaning(fresh.value)
  }

  #mergeMaps(sides: Sides, place: Place): Meanings {
    const { yours } = sides
    const count = this.splices.length
    const meaning = this.#walk(sides, place.path)
    if (yours && Object.keys(meaning).length === 0) {
      this.splices.length = count
      // A key without a value would take the chart's own away.
      this.splices.push({ start: yours.keyEnd, end: yours.end, text: ': {}\n' })
    }
    this.#followLead(sides)
    return meaning
  }

  #same(sides: Sides, one: keyof MergeSides, other: keyof MergeSides): boolean {
    const [a, b] = [sides[one], sides[other]]
    if (!a || !b) return a === b
    return sameJson(this.#trees[one].meaning(a.value), this.#trees[other].meaning(b.value))
  }

  /** Comments above a key follow the new default while you have not touched them. */
  #followLead({ old, yours, new: fresh }: Sides): void {
    if (!old || !yours || !fresh || this.#lead('old', old) !== this.#lead('yours', yours)) return
    const text = this.#lead('new', fresh)
    if (text !== this.#lead('yours', yours)) this.splices.push({ start: yours.leadStart, end: yours.start, text })
  }

  #replace(yours: Entry, fresh: Entry, old: Entry | undefined): void {
    this.#followLead({ old, yours, new: fresh })
    const indentation = indentationOf(this.#trees.yours.text, yours.start)
    const mine = this.#remark('yours', yours)
    const isMine = mine !== null && this.#remark('new', fresh) !== null && old && mine !== this.#remark('old', old)
    const text = isMine
      ? this.#moved(fresh, { start: fresh.start, end: fresh.valueEnd }, indentation) + mine
      : this.#ended(this.#moved(fresh, fresh, indentation), fresh, yours.end)
    this.splices.push({ start: yours.start, end: yours.end, text })
  }

  #insert(fresh: Entry, { mine, next }: Place): void {
    const { text } = this.#trees.yours
    const before = next.slice(0, next.indexOf(fresh)).findLast(({ key }) => mine.some((entry) => entry.key === key))
    const after = before ? mine.find(({ key }) => key === before.key) : mine.at(-1)
    const at = after?.end ?? text.length
    const lines = this.#moved(
      fresh,
      { start: fresh.leadStart, end: fresh.end },
      after ? indentationOf(text, after.start) : '',
    )
    const isOpen = at > 0 && text[at - 1] !== '\n'
    this.splices.push({ start: at, end: at, text: (isOpen ? '\n' : '') + this.#ended(lines, fresh, at) })
  }

  #remove(yours: Entry, old: Entry | undefined): void {
    const isMine = !old || this.#lead('old', old) !== this.#lead('yours', yours)
    this.splices.push({ start: isMine ? yours.start : yours.leadStart, end: yours.end, text: '' })
  }

  /** A piece of the new text that begins with a line, at the indentation it gets. */
  #moved(fresh: Entry, { start, end }: Pick<Entry, 'start' | 'end'>, indentation: string): string {
    const { text } = this.#trees.new
    return reindent(text.slice(start, end), indentationOf(text, fresh.start), indentation)
  }

  /** The last line of a text that ends without a line's end stays so; a block text needs one. */
  #ended(lines: string, { value }: Entry, at: number): string {
    const { text } = this.#trees.yours
    const isBlock = isScalar(value) && value.type?.startsWith('BLOCK')
    const isOpen = at === text.length && !text.endsWith('\n') && !isBlock
    return isOpen ? lines.replace(/\n$/, '') : lines.replace(/\n?$/, '\n')
  }

  /** What stands behind a value of one line; null for longer ones. */
  #remark(side: keyof MergeSides, { start, valueEnd, end }: Entry): string | null {
    return this.#text(side, start, valueEnd).includes('\n') ? null : this.#text(side, valueEnd, end)
  }

  #lead(side: keyof MergeSides, { leadStart, start }: Entry): string {
    return this.#text(side, leadStart, start)
  }

  #shown(side: keyof MergeSides, entry: Entry | undefined): string | null {
    return entry ? this.#text(side, entry.start, entry.end).trimEnd() : null
  }

  #tailStart(side: keyof MergeSides): number {
    return this.#trees[side].entries(null).at(-1)?.end ?? 0
  }

  #text(side: keyof MergeSides, start: number, end: number): string {
    return this.#trees[side].text.slice(start, end)
  }
}
