// Moved to the runtime package: import it from there.
export { hasCode, writeFileAtomically } from '@atrium/runtime/base/files.ts'
