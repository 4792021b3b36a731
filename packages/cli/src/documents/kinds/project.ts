import { apiVersion } from '../document.ts'
import { documentMetadata, sentMetadata } from '../scope.ts'
import { object } from '../shape.ts'
import type { KindDefinition } from './kind.ts'

/** A project is its name, labels and annotations; what lives in it are documents of their own. */
export const projectKind: KindDefinition = {
  aliases: [],
  spec: object({}),
  scopes: ['tenant'],
  isLabelled: true,
  async list({ client }) {
    const { items } = await client.call('GET /v1/dashboard/projects/metadata')
    return (items ?? []).map(({ metadata }) => metadata?.uid ?? '')
  },
  async find({ client }, { metadata }) {
    const { items } = await client.call('GET /v1/dashboard/projects/metadata', { query: { name: metadata.name } })
    return items?.[0]?.metadata?.uid ?? null
  },
  async read({ client }, uid) {
    const { metadata } = await client.call('GET /v1/projects/{uid}', { params: { uid } })
    return { apiVersion, kind: 'Project', metadata: documentMetadata(metadata, 'Project'), spec: {} }
  },
  async create({ client }, { metadata }) {
    await client.call('POST /v1/projects', { body: { metadata: sentMetadata(metadata) } })
  },
  async update({ client }, uid, { wanted }) {
    await client.call('PUT /v1/projects/{uid}/meta', { params: { uid }, body: sentMetadata(wanted.metadata) })
  },
  async remove({ client }, uid) {
    await client.call('DELETE /v1/projects/{uid}', { params: { uid }, body: {} })
  },
}
