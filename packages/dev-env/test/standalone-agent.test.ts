import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import { requestToken } from '@atrium/kube/token.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ControlPlane, startControlPlane } from '../src/control-plane.ts'
import { actor } from '../src/link-plane.ts'
import { toolPath } from '../src/tool-paths.ts'
import { LinkWorld, until } from './support/link-world.ts'

const main = fileURLToPath(new URL('../../agent/src/main.ts', import.meta.url))
const NAMESPACE = 'atrium-system'
let world: LinkWorld
let control: ControlPlane
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atrium-standalone-'))
  world = await LinkWorld.open()
  control = await startControlPlane({})
  await control.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } })
})
afterAll(async () => {
  await control?.stop()
  await world?.close()
  await rm(folder, { recursive: true, force: true })
})

/** A kubeconfig as managed clouds hand it out: the credentials come from a program, which here tells a token of ours. */
async function execKubeconfig(): Promise<string> {
  const account = { name: 'operator', namespace: NAMESPACE }
  await control.client.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: account })
  await control.client.create({
    ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 'operator' } },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', ...account }],
  })
  const { token } = await requestToken(control.client, {
    ...{ namespace: NAMESPACE, serviceAccount: account.name, expirationSeconds: 600 },
  })
  const apiVersion = 'client.authentication.k8s.io/v1'
  const script = `console.log(JSON.stringify({ kind: 'ExecCredential', status: { token: process.env.GIVEN } }))`
  await writeFile(join(folder, 'give-token.mjs'), script)
  const exec = { apiVersion, command: process.execPath, args: [join(folder, 'give-token.mjs')] }
  const kubeconfig = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'c' },
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    clusters: [
      {
        name: 'c',
        cluster: {
          server: control.server,
          'certificate-authority-data': Buffer.from(control.caPem).toString('base64'),
        },
      },
    ],
    users: [{ name: 'u', user: { exec: { ...exec, env: [{ name: 'GIVEN', value: token.reveal() }] } } }],
  }
  const path = join(folder, 'exec.kubeconfig')
  await writeFile(path, JSON.stringify(kubeconfig))
  return path
}

/** A layer of one ConfigMap, made by helm: it has to sign in too. */
let generation = 0
async function want(clusterUid: string, name: string): Promise<void> {
  generation++
  await world.plane.store.transaction(world.tenant, actor, async (tx) => {
    const valuesDigest = await tx.putBlob(Buffer.from(''))
    const manifest = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })
    const desired: DesiredState = {
      ...{ clusterUid, clusterName: 'own', epoch: 1, generation, kubernetesVersion: '' },
      layers: [
        {
          ...{ id: `p/${name}`, name, profileUid: 'p', packUid: 'k', version: '1', kind: 'addon', priority: 0 },
          ...{ valuesDigest, namespace: 'default' },
          manifests: [{ name: 'all', digest: await tx.putBlob(Buffer.from(manifest)) }],
        },
      ],
      policy: { drift: 'heal', nodes: 'heal' },
    }
    const digest = await tx.putBlob(Buffer.from(JSON.stringify(desired)))
    await tx.updateStatus('Cluster', clusterUid, { status: { desired: { epoch: 1, generation, digest } } })
  })
}

it.each(['certificate', 'program'])('runs outside the cluster with a kubeconfig whose user has a %s', async (user) => {
  const agent = await world.newAgent()
  await want(agent.clusterUid, user)
  const kubeconfig = user === 'program' ? await execKubeconfig() : control.kubeconfigPath
  const state = join(folder, user)
  const args = ['--enrolment-dir', agent.dir, '--state-dir', state, '--namespace', NAMESPACE]
  const child = spawn(process.execPath, [main, ...args, '--kubeconfig', kubeconfig], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { PATH: process.env.PATH, ATRIUM_HELM: toolPath('helm') },
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  try {
    await until('connected', async () => (await world.status(agent.clusterUid))?.connected === true)
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: user }
    await until('the layer', async () => (await control.client.find(ref)) !== null)
    if (user === 'program') expect(await readFile(join(state, 'helm.kubeconfig'), 'utf8')).toContain('helm.token')
  } finally {
    child.kill('SIGTERM')
  }
  expect(await ended).toBe(0)
  // The next agent is another cluster's: it has an identity of its own.
  await control.client.delete({ apiVersion: 'v1', kind: 'Secret', namespace: NAMESPACE, name: 'atrium-agent-identity' })
})
