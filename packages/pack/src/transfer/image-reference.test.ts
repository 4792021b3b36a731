import { expect, test } from 'vitest'
import { formatImage, parseImage } from './image-reference.ts'
import { imageRepository, mirroredAt } from './layout.ts'
import { imagesListedBy, imagesOfObjects, valuesToLookAt } from './pack-images.ts'

const digest = `sha256:${'a'.repeat(64)}`

test.each([
  ['nginx', 'docker.io/library/nginx:latest'],
  ['bitnami/redis:7.2', 'docker.io/bitnami/redis:7.2'],
  ['index.docker.io/library/nginx:1', 'docker.io/library/nginx:1'],
  ['quay.io/nginx', 'quay.io/nginx:latest'],
  ['localhost/x', 'localhost/x:latest'],
  ['localhost:5000/a/b/c:1.0_2', 'localhost:5000/a/b/c:1.0_2'],
  [`ghcr.io/a/b@${digest}`, `ghcr.io/a/b@${digest}`],
  [`ghcr.io/a/b:1@${digest}`, `ghcr.io/a/b:1@${digest}`],
  ['registry.k8s.io/e2e-test-images/agnhost:2.53', 'registry.k8s.io/e2e-test-images/agnhost:2.53'],
])('%s is %s', (text, whole) => {
  const image = parseImage(text)
  expect(image && formatImage(image)).toBe(whole)
})

test.each([
  '',
  'Nginx',
  'a b',
  'nginx:',
  'https://x/y',
  'x/../y',
  'nginx@sha256:1',
  'a:b:c',
  '-x',
  `${'a'.repeat(600)}`,
])('%j is no image', (text) => {
  expect(parseImage(text)).toBeNull()
})

test('an image lies under its host, and is recognised there', () => {
  const image = parseImage('nginx:1.27')
  if (image === null) throw new Error('no image')
  const repository = imageRepository('base', image)
  expect(repository).toBe('base/images/docker.io/library/nginx')
  expect(mirroredAt('images/docker.io/library/nginx', '1.27')).toEqual({
    kind: 'image',
    image: 'docker.io/library/nginx:1.27',
  })
  expect(mirroredAt('spectro-packs/archive/web', '1.0.0')).toEqual({ kind: 'pack', name: 'web', version: '1.0.0' })
  expect(mirroredAt('else/where', '1')).toBeNull()
})

test('images are found wherever objects name them, and those a pack lists are read tolerantly', () => {
  const yaml = `
kind: Pod
spec: {containers: [{image: nginx}, {image: "quay.io/a/b:1"}], initContainers: [{image: nginx}]}
---
kind: Custom
spec: {image: {repository: x}, size: 3, deep: [{image: Not An Image}]}
---
{ broken
`
  expect(imagesOfObjects(yaml)).toEqual({ images: ['docker.io/library/nginx:latest', 'quay.io/a/b:1'], unreadable: [] })
  const values = 'pack: {content: {images: [{image: b:1}, {iamge: c}, "a:1", {image: "x:{{.spectro.var.tag}}"}]}}\n'
  expect(imagesListedBy(valuesToLookAt(values))).toEqual({
    images: ['docker.io/library/a:1', 'docker.io/library/b:1'],
    unreadable: ['x:known-only-in-a-cluster'],
  })
  expect(imagesListedBy('pack: {content: none}\n')).toEqual({ images: [], unreadable: [] })
})
