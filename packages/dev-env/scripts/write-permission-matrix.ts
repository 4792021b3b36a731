import { writeFileSync } from 'node:fs'
import { matrixPath, permissionMatrix } from '@atrium/dev-env/permission-matrix.ts'

// Part of `npm run generate`: the operations are the server's, which the contract's own generator does not know.
writeFileSync(new URL(`../../../${matrixPath}`, import.meta.url), permissionMatrix())
