import { styleText } from 'node:util'
import type {
  AtriumClusterPreview,
  AtriumLayerPreview,
  AtriumObjectChange,
} from '@atrium/api/generated/operations.d.ts'

type Style = Parameters<typeof styleText>[0]
type Paint = (style: Style, text: string) => string

/** On terminals only, and never where `NO_COLOR` is set. */
const painted =
  (stream: NodeJS.WriteStream): Paint =>
  (style, text) =>
    styleText(style, text, { stream })

const signs: Record<AtriumObjectChange['change'], [sign: string, style: Style]> = {
  created: ['+', 'green'],
  changed: ['~', 'yellow'],
  replaced: ['±', 'red'],
  removed: ['-', 'red'],
  kept: ['=', 'dim'],
  refused: ['!', 'red'],
}
const nodeSigns = { added: '+', updated: '~', replaced: '±', removed: '-' } as const

/** A preview for people: what happens, in its order, and why. */
export function describePreview(
  title: string,
  preview: AtriumClusterPreview,
  stream: NodeJS.WriteStream = process.stdout,
): string {
  const paint = painted(stream)
  const { approximate, layers, nodes, machines, policy, problems, notes } = preview
  // What is said of nodes already.
  const isOther = ({ summary }: { summary: string }): boolean => !nodes.some(({ name }) => summary.includes(name))
  const shown = layers.filter(({ change, step }) => change !== 'unchanged' || step !== '')
  return [
    `${paint('bold', title)}: ${summaryOf(preview)}`,
    ...(approximate === null ? [] : [paint('yellow', `approximate: ${approximate}`)]),
    ...shown.flatMap((layer, index) => describeLayer(layer, index + 1, paint)),
    ...nodes.map((node) => {
      const by = node.replacedBy === null ? '' : ` by ${node.replacedBy}`
      return `${nodeSigns[node.change]} node ${node.name} is ${node.change}${by}: ${node.why}`
    }),
    ...machines
      .filter(isOther)
      .map(({ summary, disturbs }) => `machines: ${summary}${disturbs ? ` (${disturbs})` : ''}`),
    ...policy.map(({ field, from, to, effect }) => `policy ${field}: ${from} → ${to}: ${effect}`),
    ...problems.map(({ layer, message }) => paint('red', `problem: ${layer}: ${message}`)),
    ...notes.map((note) => `note: ${note}`),
  ].join('\n')
}

/** Counts of what happens, in a line. */
export function summaryOf({ changes, layers, nodes, problems }: AtriumClusterPreview): string {
  if (problems.length > 0) return 'cannot be applied'
  if (!changes) return 'nothing would change'
  const objects = layers.flatMap((layer) => layer.objects)
  const restarts = objects.filter(({ restarts: how }) => how !== '').length
  const steps = layers.filter(({ change, step }) => change !== 'unchanged' || step !== '').length
  const counts = [
    count(steps, 'layer'),
    ...(['created', 'changed', 'replaced', 'removed', 'refused'] as const).map((change) => {
      const some = objects.filter((one) => one.change === change).length
      return some > 0 ? `${count(some, 'object')} ${change}` : ''
    }),
    restarts > 0 ? `${count(restarts, 'workload')} restarted` : '',
    count(nodes.length, 'node'),
  ].filter((text) => text !== '')
  return counts.join(', ') || 'the policy changes'
}

const count = (number: number, noun: string): string =>
  number === 0 ? '' : `${number} ${noun}${number === 1 ? '' : 's'}`

function describeLayer(layer: AtriumLayerPreview, turn: number, paint: Paint): string[] {
  const { id, step, change, why, after, objects, more, problem, texts } = layer
  const waits = after.length > 0 ? `, once ${after.join(', ')} ${after.length > 1 ? 'are' : 'is'} ready` : ''
  const head = `${turn}. ${paint('bold', `${step || change} ${id}`)}${why ? ` (${why})` : ''}${waits}`
  // Objects say it better than the texts they are made from.
  const declared = objects.length > 0 ? [] : texts
  return [
    head,
    ...objects.flatMap((object) => describeObject(object, paint)),
    ...(more > 0 ? [`   and ${more} more objects`] : []),
    ...declared.flatMap(({ name, lines, cutBytes }) => [`   ${name}:`, ...describeLines(lines, cutBytes, paint)]),
    ...(problem === null ? [] : [paint('red', `   problem: ${problem}`)]),
  ]
}

function describeObject(
  { object, change, why, restarts, lines, cutBytes }: AtriumObjectChange,
  paint: Paint,
): string[] {
  const [sign, style] = signs[change]
  // Of what is changed the difference says why.
  const reason = change === 'created' || (change === 'changed' && lines.length > 0) ? '' : why
  return [
    `   ${paint(style, `${sign} ${object}`)}${change === 'changed' || change === 'created' ? '' : ` ${change}`}${reason ? `: ${reason}` : ''}`,
    ...(restarts === '' ? [] : [`     restarts: ${restarts}`]),
    ...describeLines(lines, cutBytes, paint),
  ]
}

function describeLines(lines: readonly string[], cutBytes: number, paint: Paint): string[] {
  const styles: Record<string, Style> = { '+': 'green', '-': 'red', '@': 'cyan' }
  return [
    ...lines.map((line) => {
      const style = styles[line[0] ?? '']
      return `     ${style ? paint(style, line) : line}`
    }),
    ...(cutBytes > 0 ? [`     … ${cutBytes} bytes more`] : []),
  ]
}
