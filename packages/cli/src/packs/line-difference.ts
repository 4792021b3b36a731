/** Lines around a change that are shown with it. */
const CONTEXT = 3
/** Finding the fewest changes takes time with their square: beyond this the whole stretch counts as changed. */
const MOST_CHANGES = 2000

interface Line {
  sign: ' ' | '-' | '+'
  text: string
}

/** Two texts as `diff -u` shows them, without the names of files; empty when they are equal. */
export function unifiedDifference(old: string, now: string): string {
  const lines = compareLines(old.split('\n'), now.split('\n'))
  const isNear = (index: number): boolean =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ sign }) => sign !== ' ')
  const shown: string[] = []
  let [oldLine, newLine, start] = [1, 1, -1]
  for (const [index, line] of lines.entries()) {
    const near = isNear(index)
    if (near && start < 0) {
      start = shown.push('') - 1
      shown[start] = `@@ -${oldLine} +${newLine} @@`
    }
    if (near) shown.push(`${line.sign}${line.text}`)
    else start = -1
    if (line.sign !== '+') oldLine += 1
    if (line.sign !== '-') newLine += 1
  }
  return shown.join('\n')
}

/** What both texts begin and end with is no change; between, the fewest changes. */
function compareLines(old: readonly string[], now: readonly string[]): Line[] {
  const least = Math.min(old.length, now.length)
  let start = 0
  while (start < least && old[start] === now[start]) start += 1
  let end = 0
  while (end < least - start && old.at(-1 - end) === now.at(-1 - end)) end += 1
  const same = (text: string): Line => ({ sign: ' ', text })
  return [
    ...old.slice(0, start).map(same),
    ...fewestChanges(old.slice(start, old.length - end), now.slice(start, now.length - end)),
    ...old.slice(old.length - end).map(same),
  ]
}

/** Myers' greedy algorithm: `reach[k]` is how far in `old` one gets on diagonal k with so many changes. */
function fewestChanges(old: readonly string[], now: readonly string[]): Line[] {
  const steps: Map<number, number>[] = []
  let reach = new Map([[1, 0]])
  for (let changes = 0; changes <= Math.min(MOST_CHANGES, old.length + now.length); changes += 1) {
    steps.push(new Map(reach))
    const next = new Map(reach)
    for (let k = -changes; k <= changes; k += 2) {
      const isDown = k === -changes || (k !== changes && (next.get(k - 1) ?? -1) < (next.get(k + 1) ?? -1))
      let x = isDown ? (next.get(k + 1) ?? 0) : (next.get(k - 1) ?? 0) + 1
      while (x < old.length && x - k < now.length && old[x] === now[x - k]) x += 1
      next.set(k, x)
      if (x >= old.length && x - k >= now.length) return walkBack(old, now, steps)
    }
    reach = next
  }
  return [...old.map((text): Line => ({ sign: '-', text })), ...now.map((text): Line => ({ sign: '+', text }))]
}

function walkBack(old: readonly string[], now: readonly string[], steps: readonly Map<number, number>[]): Line[] {
  const lines: Line[] = []
  let [x, y] = [old.length, now.length]
  for (const [changes, reach] of [...steps.entries()].reverse()) {
    const k = x - y
    const isDown = k === -changes || (k !== changes && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1))
    const fromK = isDown ? k + 1 : k - 1
    const fromX = changes === 0 ? 0 : (reach.get(fromK) ?? 0)
    const fromY = changes === 0 ? 0 : fromX - fromK
    while (x > fromX && y > fromY) {
      y -= 1
      lines.push({ sign: ' ', text: old[(x -= 1)] ?? '' })
    }
    if (changes === 0) break
    if (isDown) lines.push({ sign: '+', text: now[(y -= 1)] ?? '' })
    else lines.push({ sign: '-', text: old[(x -= 1)] ?? '' })
  }
  return lines.reverse()
}
