import { defineOperation } from '../../operation.ts'
import { searchableProperties } from './search.ts'

export const v1SpectroClustersSearchSchema = defineOperation('v1SpectroClustersSearchSchema', {
  scope: 'self',
  permission: null,
  handler: async () => ({
    schema: { properties: searchableProperties.map(({ property, type }) => ({ name: property, type })) },
  }),
})
