import { describe, expect, it } from 'vitest'
import { Secret } from '../../base/secret.ts'
import type { EventRecord } from '../store.ts'
import type { Bench } from './harness.ts'

const event = (id: string, minute: number): EventRecord => ({
  id,
  at: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
  severity: 'Info',
  reason: 'Seen',
  message: `event ${id}`,
  involved: 'Pod default/web',
  source: 'test',
})

export function attachmentTests(bench: () => Promise<Bench>): void {
  describe('secrets, blobs and events', () => {
    it('keeps secrets by field, for its tenant and as long as the object', async () => {
      const b = await bench()
      const other = await bench()
      const { meta } = await b.addCluster('secretive')
      const ref = { kind: 'Cluster', uid: meta.uid }
      await b.run((tx) => tx.putSecret(ref, 'kubeconfig', new Secret('one')))
      await b.run((tx) => tx.putSecret(ref, 'kubeconfig', new Secret('two')))
      expect((await b.run((tx) => tx.getSecret(ref, 'kubeconfig')))?.reveal()).toBe('two')
      expect(await b.run((tx) => tx.getSecret(ref, 'other'))).toBeNull()
      expect(await other.run((tx) => tx.getSecret(ref, 'kubeconfig'))).toBeNull()
      expect(JSON.stringify(await b.cluster(meta.uid))).not.toContain('two')
      await b.run((tx) => tx.delete('Cluster', meta.uid))
      expect(await b.run((tx) => tx.getSecret(ref, 'kubeconfig'))).toBeNull()
    })

    it('copies a secret to another object and removes it without touching the first', async () => {
      const b = await bench()
      const from = { kind: 'Cluster', uid: (await b.addCluster('from')).meta.uid }
      const to = { kind: 'Cluster', uid: (await b.addCluster('to')).meta.uid }
      await b.run((tx) => tx.putSecret(from, 'token', new Secret('one')))
      await b.run((tx) => tx.copySecret(from, to, 'token'))
      expect((await b.run((tx) => tx.getSecret(to, 'token')))?.reveal()).toBe('one')
      await b.run((tx) => tx.removeSecret(to, 'token'))
      await b.run((tx) => tx.removeSecret(to, 'token'))
      expect(await b.run((tx) => tx.getSecret(to, 'token'))).toBeNull()
      expect((await b.run((tx) => tx.getSecret(from, 'token')))?.reveal()).toBe('one')
      await expect(b.run((tx) => tx.copySecret(to, from, 'token'))).rejects.toMatchObject({ code: 'ResourceNotFound' })
    })

    it('keeps blobs by the digest of their content', async () => {
      const b = await bench()
      const other = await bench()
      const digest = await b.run((tx) => tx.putBlob(Buffer.from('abc')))
      expect(digest).toBe('sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
      expect(await b.run((tx) => tx.putBlob(Buffer.from('abc')))).toBe(digest)
      expect((await b.run((tx) => tx.getBlob(digest)))?.toString()).toBe('abc')
      expect(await other.run((tx) => tx.getBlob(digest))).toBeNull()
    })

    it('keeps events once by id and reads them newest first, in pages', async () => {
      const b = await bench()
      const { meta } = await b.addCluster('eventful')
      const ref = { kind: 'Cluster', uid: meta.uid }
      await b.run((tx) => tx.appendEvents(ref, [event('a', 1), event('c', 3)]))
      await b.run((tx) => tx.appendEvents(ref, [event('b', 2), event('c', 3)]))
      const first = await b.run((tx) => tx.events(ref, { limit: 2 }))
      expect(first.items.map((item) => item.id)).toEqual(['c', 'b'])
      const second = await b.run((tx) => tx.events(ref, { limit: 2, continue: first.continue ?? '' }))
      expect(second).toEqual({ items: [event('a', 1)] })
      const all = await b.run((tx) => tx.events(ref, { limit: 0 }))
      expect(all.items.map((item) => item.id)).toEqual(['c', 'b', 'a'])
      expect(all.continue).toBeUndefined()
    })
  })
}
