import { expect, test } from 'vitest'
import { digestFromSums } from './release.ts'

const a = 'a'.repeat(64)
const b = 'B'.repeat(64)

test.each([
  ['a bare digest', `${a}\n`, 'kubectl', a],
  ['a line of sha256sum', `${a}  helm.tar.gz\n`, 'helm.tar.gz', a],
  ['a line in binary mode with a folder', `${a} *./dist/helm.tar.gz\n`, 'helm.tar.gz', a],
  ['the right line of many, in lower case', `${a}  other.zip\n${b}  etcd.tar.gz\n`, 'etcd.tar.gz', b.toLowerCase()],
])('%s is read', (_name, text, file, digest) => {
  expect(digestFromSums(text, file)).toBe(digest)
})

test.each([
  ['another file', `${a}  other.zip`],
  ['a web page', '<html>Not found</html>'],
  ['a shorter digest', `${'a'.repeat(40)}  etcd.tar.gz`],
  ['nothing', ''],
])('%s holds no digest', (_name, text) => {
  expect(digestFromSums(text, 'etcd.tar.gz')).toBeNull()
})
