import type { KindName } from '@atrium/api/kinds/index.ts'
import { projectValidation } from './project.ts'
import { registryValidation } from './registry.ts'
import { roleValidation } from './role.ts'
import type { Validation } from './validation.ts'

/** Invariants by kind; a kind without any of its own is absent. */
export const validations: { [K in KindName]?: Validation<K> } = {
  Project: projectValidation,
  Registry: registryValidation,
  Role: roleValidation,
}
