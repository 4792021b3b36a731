import { kinds } from '@atrium/api/kinds/index.ts'
import type { KindDefinition } from '@atrium/api/kinds/meta.ts'
import { describe, expect, it } from 'vitest'
import { kindDdl } from './kind-columns.ts'

const kind = (definition: Partial<KindDefinition>): KindDefinition => ({
  name: 'Gadget',
  listColumns: {},
  sortColumns: {},
  uniqueKeys: [],
  ...definition,
})

describe('columns and indexes of kinds', () => {
  it('shares a column between kinds, and has an index for each', () => {
    const ddl = kindDdl([
      kind({ name: 'Gadget', listColumns: { type: ['type'] } }),
      kind({ name: 'Widget', listColumns: { type: ['type'] } }),
    ])
    expect(ddl.columns.map(({ name }) => name)).toEqual(['spec_type'])
    expect(ddl.indexes.map(({ name }) => name)).toEqual(['objects_gadget_by_type', 'objects_widget_by_type'])
  })

  it('makes unique indexes of live objects only, with the project or the tenant as scope', () => {
    const [index] = kindDdl([kind({ uniqueKeys: [['scope', 'name']] })]).indexes
    expect(index?.statement).toBe(
      `create unique index objects_gadget_key_scope__name on objects (tenant, coalesce(project, ''), name) where kind = 'Gadget' and deleted_at is null`,
    )
  })

  it('writes nested paths as one column', () => {
    const [column] = kindDdl([kind({ listColumns: { model: ['model', 'displayName'] } })]).columns
    expect(column?.name).toBe('spec_model__display_name')
    expect(column?.statement).toContain(`(spec #>> '{"model","displayName"}') stored`)
  })

  it('refuses names the database would cut or that two paths would share', () => {
    const long = 'x'.repeat(60)
    expect(() => kindDdl([kind({ listColumns: { [long]: [long] } })])).toThrow(/no usable database name/)
    const twins = kind({ listColumns: { a: ['someName'], b: ['some_name'] } })
    expect(() => kindDdl([twins])).toThrow(/share the column name/)
    expect(() => kindDdl([kind({ uniqueKeys: [['nothing']] })])).toThrow(/no list column/)
  })

  it('accepts every kind there is', () => {
    const { indexes } = kindDdl(Object.values(kinds))
    expect(new Set(indexes.map(({ name }) => name)).size).toBe(indexes.length)
  })
})
