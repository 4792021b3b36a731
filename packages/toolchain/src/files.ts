export { hasCode, writeFileAtomically } from '@atrium/runtime/base/files.ts'
