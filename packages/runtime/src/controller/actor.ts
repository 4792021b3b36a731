import type { Actor } from '../store/store.ts'

/** A part of the plane itself, as the store knows it. */
export const systemActor = (name: string): Actor => ({ type: 'system', uid: name, name })
