import type { Variables } from '../harness/workspace.ts'

export const first: Variables = { round: 'first', cpu: 2, teams: ['red'], backed_up: false }
/** A policy comes with the change: the client has another request for it then. */
export const changed: Variables = { round: 'changed', cpu: 3, teams: ['red', 'blue', 'green'], backed_up: true }
/** The client cannot take a policy away: it is changed. */
export const again: Variables = { round: 'again', cpu: 3, teams: [], backed_up: true }
