const LIMIT = 1_000

/** Noise around the sentence that helps. */
const noise: [RegExp, string][] = [
  [/^Error: /, ''],
  [/(UPGRADE|INSTALLATION|ROLLBACK) FAILED: /g, ''],
  [/unable to build kubernetes objects from (current |new )?release manifest: /g, ''],
  [/resource mapping not found for name: "([^"]*)" namespace: "([^"]*)" from "": /g, 'object $2/$1: '],
  [/\s*ensure CRDs are installed first/g, ''],
  [/failed to (create|update) resource: server-side apply failed for object /g, ''],
  [/\s*\((e\.g\. [^']*'[^']*'[^']*)?regex used for validation is '[^']*'\)/g, ''],
  [/execution error at \(([^)]*)\): /g, '$1: '],
  [/template: \S+:\d+:\d+: executing "[^"]*" at <[^>]*>: /g, ''],
]

/** What a person can do, by what helm said. */
const hints: [RegExp, string][] = [
  [
    /no matches for kind/,
    'the CustomResourceDefinition it needs is not installed: put the layer that brings it before',
  ],
  [
    /invalid ownership metadata/,
    'the object exists already and belongs to somebody else: remove it or rename the release',
  ],
  [
    /cannot patch .* field is immutable|Forbidden: updates to .* spec|field is immutable/,
    'the field cannot be changed in place: delete the object, or keep the former value',
  ],
  [/another operation \(install\/upgrade\/rollback\) is in progress/, 'somebody else is working on this release'],
  [/failed calling webhook/, 'an admission webhook does not answer: look at the pods behind it'],
  [/values don't meet the specifications of the schema/i, "the values do not fit the chart's schema"],
]

/** A sentence of helm or the API server without what helps nobody. */
export const withoutNoise = (text: string): string =>
  noise.reduce((rest, [pattern, by]) => rest.replace(pattern, by), text).trim()

/** The sentence of helm's error output that helps, with a next step where one is known. */
export function shortenHelmError(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => !/^(level=|W\d{4} |I\d{4} |WARNING:|time=)/.test(line))
  const start = lines.findIndex((line) => line.startsWith('Error: '))
  const text = lines
    .slice(Math.max(start, 0))
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('; ')
  const short = withoutNoise(text)
  const hint = hints.find(([pattern]) => pattern.test(text))?.[1]
  const sentence = short.length > LIMIT ? `${short.slice(0, LIMIT)}…` : short
  return hint ? `${sentence} (${hint})` : sentence || 'helm failed without saying why'
}
