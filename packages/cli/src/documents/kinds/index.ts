import { type DocumentKind, documentKinds } from '../document.ts'
import { cloudAccountKind } from './cloud-account.ts'
import { clusterKind } from './cluster.ts'
import { clusterProfileKind } from './cluster-profile.ts'
import type { KindDefinition } from './kind.ts'
import { macroKind } from './macro.ts'
import { projectKind } from './project.ts'
import { roleKind } from './role.ts'
import { teamKind } from './team.ts'
import { userKind } from './user.ts'

const definitions: Record<DocumentKind, KindDefinition> = {
  Project: projectKind,
  Role: roleKind,
  User: userKind,
  Team: teamKind,
  Macro: macroKind,
  CloudAccount: cloudAccountKind,
  ClusterProfile: clusterProfileKind,
  Cluster: clusterKind,
}

export const kindOf = (kind: DocumentKind): KindDefinition => definitions[kind]

/** The kind of that name: `ClusterProfile`, `profile`, `profiles`. Throws naming those there are. */
export function kindNamed(name: string): DocumentKind {
  const wanted = name.toLowerCase().replace(/s$/, '')
  const found = documentKinds.find((kind) => kind.toLowerCase() === wanted || kindOf(kind).aliases.includes(wanted))
  if (found) return found
  throw new Error(`There are no documents of kind '${name}'. There are: ${documentKinds.join(', ')}.`)
}
