import { describe, expect, test } from 'vitest'
import { writeArchive } from '../sources/write-archive.ts'
import { readLintChart } from './chart.ts'
import { valuesOfChart } from './known-values.ts'
import { valueUses } from './value-uses.ts'

const uses = (text: string): string[] =>
  valueUses(text).map(({ path, whole }) => `${path.join('.')}${whole ? ' whole' : ''}`)

describe('uses of values in a template', () => {
  test.each([
    ['{{ .Values.a.b }}', ['a.b whole']],
    ['{{- if and .Values.a (not .Values.b.c) -}}', ['a', 'b.c']],
    ['{{ ((.Values.a).b).c }}', ['a.b.c whole']],
    ['{{ index .Values "a-b" "c" }}', ['a-b.c whole']],
    ['{{ hasKey .Values.a "b" }}', ['a.b']],
    ['{{ dig "a" "b" "x" .Values.c }}', ['c.a.b whole']],
    ['{{ $w := .Values.web }}{{ $w.port }}', ['web', 'web.port whole']],
    ['{{ include "x" (dict "Values" .Values "root" $) }}', []],
    ['{{ toYaml .Values | sha256sum }}', [' whole']],
    ['{{/* .Values.old */}}{{ "}} .Values.x" }}{{ $.Values.y }}', ['x whole', 'y whole']],
    ['text .Values.none', []],
  ])('%s', (text, expected) => expect(uses(text)).toEqual(expected))
})

describe('what a chart knows', async () => {
  const files = {
    'Chart.yaml':
      'name: web\nversion: 1.0.0\ndependencies: [{name: db, alias: store, condition: store.enabled}, {name: gone, tags: [x]}, {name: lib, import-values: [{child: c, parent: given}]}]',
    'values.yaml': 'image: {tag: x}\nresources: {limits: {}}\nempty: {}\nlist: []\n',
    'values.schema.json':
      '{"properties": {"typed": {"properties": {"a": {}}, "additionalProperties": false}, "open": {}}}',
    'templates/a.yaml':
      '{{ .Values.image.tag }}{{ .Values.asked.deep }}{{ range .Values.many }}{{ .x }}{{ end }}{{ if .Values.on }}{{ end }}',
    'charts/db/Chart.yaml': 'name: db',
    'charts/db/values.yaml': 'port: 1',
    'charts/lib/Chart.yaml': 'name: lib\ntype: library',
    'charts/lib/templates/_l.tpl': '{{ .Values.fromLibrary }}',
  }
  const archive = writeArchive(
    new Map(Object.entries(files).map(([path, text]) => [`web/${path}`, new TextEncoder().encode(text)])),
  )
  const known = valuesOfChart(await readLintChart(archive, 'web.tgz'))
  test.each([
    ['image', 'known'],
    ['image.tag', 'free'],
    ['image.tga', 'unknown'],
    ['asked', 'known'],
    ['asked.deep.er', 'free'],
    ['asked.shallow', 'unknown'],
    ['many.x', 'free'],
    ['on', 'known'],
    ['on.more', 'unknown'],
    ['empty.anything', 'free'],
    ['resources.limits.cpu', 'free'],
    ['resources.limtis', 'unknown'],
    ['global.anything', 'free'],
    ['store.port', 'known'],
    ['store.prot', 'unknown'],
    ['store.enabled', 'known'],
    ['gone.anything', 'free'],
    ['tags.x', 'free'],
    ['given.x', 'free'],
    ['fromLibrary', 'free'],
    ['typed.a', 'known'],
    ['typed.b', 'unknown'],
    ['open.b', 'free'],
    ['nothing', 'unknown'],
  ])('%s is %s', (path, expected) => expect(known.at(path.split('.'))).toBe(expected))
})
