import type { Variables } from '../harness/workspace.ts'

export const first: Variables = {
  ...{ round: 'first', cpu: 2, teams: ['red'], backed_up: false },
  roles: { minimal: ['Workspace Operator'] },
}
/** A policy comes with the change: the client has another request for it then. */
export const changed: Variables = {
  ...{ round: 'changed', cpu: 3, teams: ['red', 'blue', 'green'], backed_up: true },
  roles: {
    minimal: ['Workspace Admin'],
    typical: ['Workspace Operator', 'Workspace Admin'],
    full: ['Workspace Operator'],
  },
}
/** The client cannot take a policy away: it is changed. */
export const again: Variables = { round: 'again', cpu: 3, teams: [], backed_up: true, roles: {} }
