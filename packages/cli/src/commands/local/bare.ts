import type { Command } from 'commander'
import { operate } from './console.ts'

/** `atrium local bare create|list|kubeconfig|delete` */
export const registerBareClusters = (local: Command): void => {
  const bare = local.command('bare').description('control planes on this machine that no server knows, to be imported')
  bare
    .command('create')
    .description('start a control plane as somebody else would run it, and wait until it answers')
    .argument('<name>', 'name of the cluster')
    .option('--workers <n>', 'machines beside that of the control plane', '1')
    .option('--kubernetes <version>', 'Kubernetes version; the first of this machine unless given', '')
    .action((name: string, { workers, kubernetes }: { workers: string; kubernetes: string }, command: Command) =>
      operate('bare', ['create', name, workers, kubernetes], command),
    )
  bare
    .command('list')
    .description('bare clusters of this machine')
    .action((_options: object, command: Command) => operate('bare', ['list'], command))
  bare
    .command('kubeconfig')
    .description("print the administrator's kubeconfig")
    .argument('<cluster>', 'name or uid')
    .action((name: string, _options: object, command: Command) => operate('bare', ['kubeconfig', name], command))
  bare
    .command('delete')
    .description('remove a bare cluster with everything on it')
    .argument('<cluster>', 'name or uid')
    .action((name: string, _options: object, command: Command) => operate('bare', ['delete', name], command))
}
