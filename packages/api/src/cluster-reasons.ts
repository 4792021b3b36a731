import { clusterConditions as types } from './conditions.ts'

export interface ReasonMeaning {
  /** The condition it is a reason of. */
  condition: string
  status: 'True' | 'False' | 'Unknown'
  /** When it is given. */
  meaning: string
  /** What a person can do; `Nothing` when it passes by itself. */
  nextStep: string
}

const reason = (
  condition: string,
  status: ReasonMeaning['status'],
  meaning: string,
  nextStep = status === 'True' ? 'Nothing.' : 'Nothing: it passes by itself.',
): ReasonMeaning => ({ condition, status, meaning, nextStep })

/**
 * Every reason in a condition of a cluster. `docs/cluster-life-cycle.md` explains them in the same order; a test holds
 * both together.
 */
export const clusterReasons = {
  Resolved: reason(types.profileResolved, 'True', 'All values are filled in and every pack was found.'),
  ProfilesMissing: reason(
    types.profileResolved,
    'False',
    'The cluster has no profile with a Kubernetes layer, so there is nothing to build.',
    'Attach a cluster profile that has a Kubernetes layer.',
  ),
  ValuesInvalid: reason(
    types.profileResolved,
    'False',
    'A placeholder or variable has no value, a pack is missing, or values cannot be read; the message names each.',
    'Correct the profile, the variables or the macros named in the message.',
  ),
  DesiredStateTooLarge: reason(
    types.profileResolved,
    'False',
    'The desired state of the agent would exceed its size limit; the message says by how much.',
    'Use fewer layers, or smaller values and manifests.',
  ),

  InfrastructureAsDesired: reason(types.infrastructureReady, 'True', 'The cloud holds what the cluster declares.'),
  Imported: reason(
    types.infrastructureReady,
    'True',
    "The cluster was imported: its machines and control plane are its owner's. Also a reason of `ControlPlaneReady` and `MachinesReady`.",
  ),
  WaitingForProfile: reason(
    types.infrastructureReady,
    'False',
    'Nothing is created before the profile is resolved.',
    'See condition ProfileResolved.',
  ),
  ApplyingInfrastructure: reason(
    types.infrastructureReady,
    'False',
    'Operations on the cloud are under way; the message names the one that runs and how many follow.',
  ),
  WaitingForCloud: reason(
    types.infrastructureReady,
    'False',
    'The cloud works on an operation; the message says what it waits for.',
  ),
  KubernetesUpgrading: reason(
    types.infrastructureReady,
    'False',
    'The cluster goes to another Kubernetes version: the control plane first, then its machines one at a time. The message says how far it is, what it waits for and what is next.',
  ),
  KubernetesUpgradeFailed: reason(
    types.infrastructureReady,
    'False',
    'The API server did not come up as the new Kubernetes version. The former version serves, machines keep theirs, and it is tried again after a pause.',
    'Correct what the message says, or give the kubernetes layer its former version again.',
  ),
  ProviderRefused: reason(
    types.infrastructureReady,
    'False',
    'The cloud refuses the request: wrong input or credentials. Nothing moves until a person acts.',
    'Do what the message says, usually: correct the cloud account or the pool settings.',
  ),
  QuotaExceeded: reason(
    types.infrastructureReady,
    'False',
    'The account may not create more; it is tried again slowly.',
    'Raise the quota in the cloud, or make the pools smaller.',
  ),
  ProviderUnavailable: reason(
    types.infrastructureReady,
    'False',
    'The cloud does not answer or asks to slow down; it is tried again with growing delays.',
    'Nothing, unless it lasts: then look at the status page of the cloud.',
  ),
  AccountMissing: reason(
    types.infrastructureReady,
    'False',
    'The cloud account of the cluster does not exist, or lacks a credential.',
    'Create or complete the cloud account, or choose another one.',
  ),
  ProviderMissing: reason(
    types.infrastructureReady,
    'False',
    'This installation has no provider for the cloud type.',
    'Use another cloud type, or install the provider.',
  ),
  UnexpectedFailure: reason(
    types.infrastructureReady,
    'False',
    'A fault of Atrium itself; it is tried again with growing delays.',
    'Report it with the message and the log of that time.',
  ),

  ApiServerAnswers: reason(types.controlPlaneReady, 'True', 'The Kubernetes API server answers.'),
  WaitingForInfrastructure: reason(
    types.controlPlaneReady,
    'False',
    'The machines of the control plane are not there yet.',
    'See condition InfrastructureReady.',
  ),
  ApiServerStarting: reason(types.controlPlaneReady, 'False', 'The control plane starts for the first time.'),
  ApiServerSilent: reason(
    types.controlPlaneReady,
    'False',
    'The API server answered before and does not now.',
    'Nothing, unless it lasts: then look at the machines of the control plane.',
  ),

  WaitingForControlPlane: reason(
    types.agentReady,
    'False',
    'The agent can be installed once the API server answers.',
    'See condition ControlPlaneReady.',
  ),
  WaitingForManifest: reason(
    types.agentReady,
    'False',
    'The cluster was imported, and its agent has not come yet.',
    'Apply the manifest that `status.clusterImport.importLink` of the cluster names, with `kubectl` of that cluster.',
  ),
  AgentInstalling: reason(
    types.agentReady,
    'False',
    'The agent was applied to the cluster and has not reported yet.',
    'If it lasts: `kubectl -n atrium-system describe pods` shows why its pod does not start.',
  ),
  AgentPushFailed: reason(
    types.agentReady,
    'False',
    'The API server refused a part of the agent; it is tried again.',
    'The message names the object and the refusal.',
  ),
  AgentDisconnected: reason(
    types.agentReady,
    'False',
    'The agent was connected and missed three heartbeats. The cluster keeps enforcing its last desired state.',
    'If it lasts: look at the agent pod, and whether the cluster can reach the plane.',
  ),
  AgentReturning: reason(
    types.agentReady,
    'False',
    'The agent is connected again and has not reported since: what is known of the cluster is from before.',
    'It reports within seconds.',
  ),
  AgentConnected: reason(types.agentReady, 'True', 'The agent is enrolled and connected.'),

  MachinesWaiting: reason(
    types.machinesReady,
    'False',
    'The machines wait for the control plane.',
    'See condition ControlPlaneReady.',
  ),
  MachinesProvisioning: reason(types.machinesReady, 'False', 'Machines are being created; the message counts them.'),
  NodesNotReady: reason(
    types.machinesReady,
    'False',
    'Machines run whose nodes are not ready yet; the message names them.',
  ),
  MachineUnhealthy: reason(
    types.machinesReady,
    'False',
    'A machine is stopped, gone or its node is not ready, and the policy is to report it.',
    'Start or replace the machine, or set the policy for nodes to `heal`.',
  ),
  MachineReplacing: reason(types.machinesReady, 'False', 'An unhealthy machine is being replaced.'),
  ControlPlaneMachineUnhealthy: reason(
    types.machinesReady,
    'False',
    'A machine of the control plane is unhealthy; those are never replaced without a person.',
    'Start the machine again in the cloud.',
  ),
  AllMachinesReady: reason(types.machinesReady, 'True', 'Every machine runs and its node is ready.'),

  WaitingForAgent: reason(
    types.layersReady,
    'False',
    'Layers are installed by the agent, which is not connected yet.',
    'See condition AgentReady.',
  ),
  LayersInstalling: reason(
    types.layersReady,
    'False',
    'Layers are being installed; the message says which and what is missing.',
  ),
  LayerFailed: reason(
    types.layersReady,
    'False',
    'A layer cannot be installed; the agent goes on trying. The former release keeps serving.',
    'Correct the values or the version of the layer named in the message.',
  ),
  LayersUnknown: reason(
    types.layersReady,
    'Unknown',
    'The agent is silent: what it last reported may be out of date.',
    'See condition AgentReady.',
  ),
  AllLayersReady: reason(types.layersReady, 'True', 'Every layer of the newest desired state is installed and ready.'),

  DeviationOpen: reason(
    types.inSync,
    'False',
    'Something differs from what was declared; the list of deviations shows each with its difference.',
    'Change it back, declare it, or set the policy to `heal`.',
  ),
  DeviationContested: reason(
    types.inSync,
    'False',
    'Somebody changes an object again as often as it is put back, and is named; the agent leaves it alone for a while.',
    'Stop whoever changes it, take the field out of the layer, or set the policy of the layer to `alert`.',
  ),
  DeviationHealing: reason(types.inSync, 'False', 'A deviation is being repaired.'),
  SyncUnknown: reason(
    types.inSync,
    'Unknown',
    'The agent is silent: deviations cannot be seen.',
    'See condition AgentReady.',
  ),
  NoDeviation: reason(types.inSync, 'True', 'Nothing differs from what was declared.'),

  NotObserved: reason(
    types.ready,
    'Unknown',
    'A fact could not be looked at because an earlier step failed; also a reason of every other condition.',
    'See the first condition that is False.',
  ),
  AsDeclared: reason(types.ready, 'True', 'The cluster serves what was declared.'),
  ServesWithDeviation: reason(
    types.ready,
    'True',
    'Every layer is ready, but something differs from what was declared.',
    'See condition InSync and the deviations.',
  ),

  Progressing: reason(types.stalled, 'False', 'It gets on, or nothing is to be done.'),
  NoProgress: reason(
    types.stalled,
    'True',
    'The same step has waited for longer than its limit; it is still tried.',
    'The message says what it waits for.',
  ),
  WaitingForPerson: reason(
    types.stalled,
    'True',
    'Nothing moves until a person acts; the message says what to do.',
    'Do what the message says.',
  ),

  RemovingInfrastructure: reason(
    types.deleting,
    'True',
    'What remains in the cloud is being removed; `remaining` lists it.',
  ),
  RemovingAgent: reason(
    types.deleting,
    'True',
    'The cluster was imported: its agent has been told to remove itself, and nothing else is touched.',
  ),
  DeletionBlocked: reason(
    types.deleting,
    'True',
    'Something cannot be removed; the message says what and why.',
    'Do what the message says, or delete with force: it gives up on what cannot be removed and lists it.',
  ),
} as const satisfies Record<string, ReasonMeaning>

export type ClusterReason = keyof typeof clusterReasons
