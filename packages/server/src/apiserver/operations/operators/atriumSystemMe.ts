import { defineOperatorOperation } from '../../operation.ts'

export const atriumSystemMe = defineOperatorOperation('atriumSystemMe', null, async ({ operator }) => {
  const { actor, role, permissions } = operator
  return { uid: actor.uid, name: actor.name, role, permissions: [...permissions] }
})
