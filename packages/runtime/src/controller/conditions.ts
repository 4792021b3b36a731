import type { Condition } from '@atrium/api/conditions.ts'

export type ConditionDraft = Omit<Condition, 'lastTransitionTime'>

export const findCondition = (conditions: readonly Condition[], type: string): Condition | undefined =>
  conditions.find((condition) => condition.type === type)

/** The draft with its time: the stored one's while the status stays the same, else `now` (RFC 3339). */
export function setCondition(stored: readonly Condition[], draft: ConditionDraft, now: string): Condition {
  const before = findCondition(stored, draft.type)
  return { ...draft, lastTransitionTime: before?.status === draft.status ? before.lastTransitionTime : now }
}

export const setConditions = (
  stored: readonly Condition[],
  drafts: readonly ConditionDraft[],
  now: string,
): Condition[] => drafts.map((draft) => setCondition(stored, draft, now))

/**
 * One condition that speaks for several: true when all are, otherwise with the reason and message of the first that is
 * not, in the order given (a False before an Unknown, since it says more).
 */
export function summarise(type: string, parts: readonly ConditionDraft[], whenTrue: string): ConditionDraft {
  const worst = parts.find((part) => part.status === 'False') ?? parts.find((part) => part.status === 'Unknown')
  if (!worst) return { type, status: 'True', reason: 'Ready', message: whenTrue }
  return { type, status: worst.status, reason: worst.reason, message: worst.message }
}
