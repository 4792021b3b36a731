import { expect, test } from 'vitest'
import { shortenHelmError } from './helm-errors.ts'

/** Error output of helm 4.3 as it was seen, and what a person is shown. */
const table: [string, string, string][] = [
  [
    'a value the server refuses',
    `level=WARN msg="upgrade failed" name=demo error="…"
Error: UPGRADE FAILED: failed to create resource: server-side apply failed for object demo/Bad_Name /v1, Kind=ConfigMap: ConfigMap "Bad_Name" is invalid: metadata.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')`,
    'demo/Bad_Name /v1, Kind=ConfigMap: ConfigMap "Bad_Name" is invalid: metadata.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, \'-\' or \'.\', and must start and end with an alphanumeric character',
  ],
  [
    'a hook that takes too long',
    `Error: UPGRADE FAILED: pre-upgrade hooks failed: resource Job/demo/pre not ready. status: InProgress, message: Job in progress
context deadline exceeded`,
    'pre-upgrade hooks failed: resource Job/demo/pre not ready. status: InProgress, message: Job in progress; context deadline exceeded',
  ],
  [
    'a required value',
    'Error: UPGRADE FAILED: execution error at (web/templates/all.yaml:3:4): values.size is required',
    'web/templates/all.yaml:3:4: values.size is required',
  ],
  [
    'a missing definition, with the next step',
    'Error: INSTALLATION FAILED: unable to build kubernetes objects from release manifest: resource mapping not found for name: "x" namespace: "shop" from "": no matches for kind "Widget" in version "demo.test/v1"\nensure CRDs are installed first',
    'object shop/x: no matches for kind "Widget" in version "demo.test/v1"; (the CustomResourceDefinition it needs is not installed: put the layer that brings it before)',
  ],
  ['nothing', '', 'helm failed without saying why'],
]

test.each(table)('%s', (_name, stderr, shown) => {
  expect(shortenHelmError(stderr)).toBe(shown)
})

test('an endless error is cut', () => {
  expect(shortenHelmError(`Error: ${'x'.repeat(50_000)}`).length).toBeLessThan(1_100)
})
