import { defineOperation } from '../../operation.ts'

/** Every project the caller can see, unpaged: the first thing clients ask for. */
export const v1ProjectsMetadata = defineOperation('v1ProjectsMetadata', {
  scope: 'self',
  permission: null,
  handler: ({ subject, query }, context) =>
    context.admission.run(subject, async (tx) => {
      const { items } = await tx.list('Project', { limit: 0 })
      const named = query.name ? items.filter(({ meta }) => meta.name === query.name) : items
      return { items: named.map(({ meta }) => ({ metadata: { name: meta.name, uid: meta.uid } })) }
    }),
})
